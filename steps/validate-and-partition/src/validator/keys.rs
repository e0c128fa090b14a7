//! Which keys have been seen: the one thing in a validation whose memory grows with the file.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use hashbrown::{HashTable, hash_table::Entry};
use siphasher::sip128::{Hasher128, SipHasher13};

/// Low bits of an entry that hold the row number: up to about 10¹² rows.
const ROW_BITS: u32 = 40;
const ROW_MASK: u128 = (1 << ROW_BITS) - 1;

/// Each shard grows by itself, so that growing never holds more than one shard twice. One byte of the
/// hash chooses it.
const SHARDS: usize = 256;

/// A set of keys, each with the row that had it first.
///
/// A key is held as 88 bits of its 128-bit `SipHash` and 40 bits of row number: at most 17 bytes, at a
/// load of at least 7/16, so under 39 bytes for each distinct key however long it is. The shard takes
/// part in the comparison with 8 further bits. Two different keys among `n` are taken for equal with a
/// probability of about `n² / 2⁹⁷`: one in 10¹¹ for a billion keys. The hash is keyed at random, so
/// that no one can write a file that makes it likelier.
pub(super) struct KeySet {
    shards: Vec<HashTable<u128>>,
    hasher: SipHasher13,
}

impl KeySet {
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        let hasher = SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1));
        Self { shards: (0..SHARDS).map(|_| HashTable::new()).collect(), hasher }
    }

    /// Adds the key of this row. Gives the row that had it first, if there is one.
    pub(super) fn insert(&mut self, key: &[u8], row: u64) -> Option<u64> {
        let mut hasher = self.hasher;
        hasher.write(key);
        let hash = hasher.finish128();
        let fingerprint = (u128::from(hash.h1) << 64) | u128::from(hash.h2) & !ROW_MASK;
        let shard = self.shards.get_mut(usize::from(hash.h2.to_le_bytes()[0]))?;
        let is_same = |entry: &u128| (entry ^ fingerprint) & !ROW_MASK == 0;
        match shard.entry(hash.h1, is_same, |entry| high_half(*entry)) {
            Entry::Occupied(entry) => u64::try_from(entry.get() & ROW_MASK).ok(),
            Entry::Vacant(entry) => {
                entry.insert(fingerprint | (u128::from(row) & ROW_MASK));
                None
            }
        }
    }
}

/// The half of the fingerprint that places an entry in its shard.
fn high_half(entry: u128) -> u64 {
    u64::try_from(entry >> 64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_first_row() {
        let mut keys = KeySet::new();
        for row in 0..100_000_u64 {
            assert_eq!(keys.insert(&row.to_be_bytes(), row + 2), None);
        }
        for row in 0..100_000_u64 {
            assert_eq!(keys.insert(&row.to_be_bytes(), 1 << 39), Some(row + 2));
        }
        assert_eq!(keys.insert(b"", 7), None);
        assert_eq!(keys.insert(b"", 8), Some(7));
    }
}
