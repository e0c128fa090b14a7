//! The quotas of Step Functions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>

use std::io;

use serde_json::Value;

/// The largest payload (input, output, result, variables of one Assign), in bytes of JSON.
pub(super) const MAX_PAYLOAD_BYTES: usize = 256 * 1024;
/// The most events in the history of an execution.
pub(super) const MAX_EVENTS: u64 = 25_000;
/// How many bytes of payload the result of an execution keeps in its events. Not AWS's: 25,000
/// events of 256 KiB are more than a laptop holds.
pub(super) const MAX_KEPT_BYTES: usize = 64 * 1024 * 1024;
/// How many bytes of an object a Map state reads, and how many bytes of JSON its items may have.
/// Not AWS's: on AWS an object of 10 GB is fine.
pub(super) const MAX_ITEM_SOURCE_BYTES: usize = 256 * 1024 * 1024;
/// How many iterations of an inline Map run at once.
pub(super) const MAX_INLINE_CONCURRENCY: usize = 40;
/// How many executions of a distributed Map run at once.
pub(super) const MAX_DISTRIBUTED_CONCURRENCY: usize = 10_000;

/// Whether `value` fits into a payload.
pub(super) fn is_within(value: &Value) -> bool {
    size_of(value) <= MAX_PAYLOAD_BYTES
}

/// The length of `value` as compact JSON in UTF-8, in bytes.
pub(super) fn size_of(value: &Value) -> usize {
    struct Count(usize);

    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    // Counting does not fail, and a Value has nothing that JSON cannot say.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_measured_as_json() {
        assert_eq!(size_of(&json!({ "a": ["é", 1.5, null] })), r#"{"a":["é",1.5,null]}"#.len());
        assert!(is_within(&json!("x".repeat(MAX_PAYLOAD_BYTES - 2))));
        assert!(!is_within(&json!("x".repeat(MAX_PAYLOAD_BYTES - 1))));
    }
}
