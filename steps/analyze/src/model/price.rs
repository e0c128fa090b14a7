//! What tokens cost.

use std::collections::BTreeMap;

use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::Deserialize;

/// Prices change: the file says of when they are.
const PRICES: &str = include_str!("../../prices.json");

#[derive(Deserialize)]
struct Prices {
    models: BTreeMap<String, Price>,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Price {
    input: f64,
    output: f64,
}

impl Price {
    /// `CostCeiling` if the price is not known: no ceiling could be kept.
    pub(super) fn of(model_id: &str) -> StepResult<Self> {
        let prices: Prices = serde_json::from_str(PRICES).map_err(|error| {
            StepError::new(ErrorKind::Internal, "the prices cannot be read").because(error)
        })?;
        prices.models.get(model_id).copied().ok_or_else(|| {
            StepError::new(ErrorKind::CostCeiling, "the price of the model is not known")
                .with("model_id", model_id)
        })
    }

    /// To a billionth of a dollar, so that no binary fraction shows.
    pub(super) fn usd(self, input_tokens: u64, output_tokens: u64) -> f64 {
        let millionths = input_tokens as f64 * self.input + output_tokens as f64 * self.output;
        (millionths * 1e3).round() / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cost_what_the_list_says() {
        let price = Price::of("amazon.nova-lite-v1:0").unwrap();
        assert!((price.usd(1_000_000, 1_000_000) - 0.30).abs() < 1e-12);
        assert_eq!(price.usd(5_000, 1_000).to_string(), "0.00054");
        assert_eq!(Price::of("another").unwrap_err().kind(), ErrorKind::CostCeiling);
    }
}
