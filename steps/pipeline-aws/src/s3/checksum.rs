//! The checksum of an object as a whole, as S3 has it.

use base64::{Engine, engine::general_purpose::STANDARD};
use crc_fast::{CrcAlgorithm, Digest};

/// CRC64NVME of a stream: the checksum that S3 keeps for whole objects, however they were uploaded.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
pub(super) struct Checksum(Digest);

impl Checksum {
    pub(super) fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc64Nvme))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// In S3's spelling: base64 of the eight bytes, highest first.
    pub(super) fn base64(&self) -> String {
        STANDARD.encode(self.0.finalize().to_be_bytes())
    }
}

/// With its algorithm, as the port has it.
pub(super) fn named(base64: &str) -> String {
    format!("crc64nvme:{base64}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: check value of CRC-64/NVME, <https://reveng.sourceforge.io/crc-catalogue/all.htm>
    #[test]
    fn it_is_the_algorithm_of_the_catalogue() {
        let mut checksum = Checksum::new();
        checksum.update(b"1234");
        checksum.update(b"56789");
        assert_eq!(checksum.base64(), STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes()));
    }
}
