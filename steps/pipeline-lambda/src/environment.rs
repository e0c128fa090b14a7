//! The environment of a function, read once at its start.

use std::{collections::BTreeMap, str::FromStr};

use crate::StartError;

/// The variables that Terraform sets. An empty variable counts as absent, since Terraform cannot set
/// one to nothing.
#[derive(Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process. One that is not UTF-8 is ignored.
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).collect()
    }

    /// A variable that may be absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    pub fn required(&self, name: &str) -> Result<&str, StartError> {
        self.optional(name).ok_or_else(|| StartError::configuration(name, "is not set"))
    }

    /// A variable of another type, such as a number, that must be there. `expected` says what its
    /// value is, for the one who has to mend it.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<T, StartError> {
        self.required(name)?
            .parse()
            .map_err(|_| StartError::configuration(name, &format!("is not {expected}")))
    }

    /// An amount of money, finite and not negative, that must be there.
    pub fn amount(&self, name: &str) -> Result<f64, StartError> {
        let amount: f64 = self.parsed(name, "an amount")?;
        if amount.is_finite() && amount >= 0.0 {
            Ok(amount)
        } else {
            Err(StartError::configuration(name, "is not an amount"))
        }
    }

    /// A switch: `true` or `false`, and `false` if absent.
    pub fn switch(&self, name: &str) -> Result<bool, StartError> {
        match self.optional(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(StartError::configuration(name, "is neither true nor false")),
        }
    }

    /// The values of a comma-separated list; none if absent.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.optional(name).unwrap_or_default().split(',').map(str::trim);
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        Self { variables: variables.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        let variables = [
            ("BUCKET", " b "),
            ("EMPTY", ""),
            ("BLANK", " "),
            ("SIZE", "12"),
            ("ON", "true"),
            ("OFF", "false"),
            ("TO", "a@example.com, b@example.com,,"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect()
    }

    #[test]
    fn an_empty_variable_is_absent() {
        let environment = environment();
        assert_eq!(environment.optional("BUCKET"), Some("b"));
        for name in ["EMPTY", "BLANK", "ABSENT"] {
            assert_eq!(environment.optional(name), None);
            let error = environment.required(name).unwrap_err();
            assert_eq!(error.to_string(), format!("the environment variable {name} is not set"));
        }
    }

    #[test]
    fn a_value_has_its_type_or_its_variable_is_named_without_the_value() {
        let environment = environment();
        assert_eq!(environment.parsed::<u64>("SIZE", "a number of bytes").unwrap(), 12);
        let error = environment.parsed::<u64>("BUCKET", "a number of bytes").unwrap_err();
        assert_eq!(error.to_string(), "the environment variable BUCKET is not a number of bytes");
    }

    #[test]
    fn a_ceiling_that_nothing_reaches_is_no_amount() {
        let amount = |text: &str| {
            let variable = ("USD".to_owned(), text.to_owned());
            Environment::from_iter([variable]).amount("USD").ok()
        };
        assert_eq!(amount("0.05"), Some(0.05));
        for text in ["nan", "inf", "-1", "free"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn a_switch_is_true_or_false_and_nothing_like_it() {
        let environment = environment();
        assert!(environment.switch("ON").unwrap());
        assert!(!environment.switch("OFF").unwrap());
        assert!(!environment.switch("ABSENT").unwrap());
        let error = environment.switch("SIZE").unwrap_err();
        assert!(error.to_string().contains("SIZE is neither true nor false"), "{error}");
    }

    #[test]
    fn a_list_has_no_empty_values() {
        let environment = environment();
        assert_eq!(environment.list("TO"), ["a@example.com", "b@example.com"]);
        assert!(environment.list("ABSENT").is_empty());
    }
}
