//! Booleans: the words for true and false.

/// The words of a boolean field.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) true_values: Vec<String>,
    pub(crate) false_values: Vec<String>,
}

impl Default for Words {
    fn default() -> Self {
        let own = |words: [&str; 4]| words.map(str::to_owned).to_vec();
        Self {
            true_values: own(["true", "True", "TRUE", "1"]),
            false_values: own(["false", "False", "FALSE", "0"]),
        }
    }
}

impl Words {
    /// A word that is in both lists is read as false, and refused when a contract is loaded.
    pub(crate) fn read(&self, text: &str) -> Option<bool> {
        if self.false_values.iter().any(|word| word == text) {
            Some(false)
        } else {
            self.true_values.iter().any(|word| word == text).then_some(true)
        }
    }
}
