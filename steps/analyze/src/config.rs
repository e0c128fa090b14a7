//! How a model is asked.

/// How a model is asked. Nothing here matters to the deterministic analyst.
#[derive(Debug, Clone)]
pub struct Config {
    /// The model or inference profile. Its price must stand in `prices.json`.
    pub model_id: String,
    /// The most that the model may write at a time, in tokens.
    pub max_output_tokens: u32,
    /// What one call of this step may cost, in US dollars, checked before each question.
    pub cost_ceiling_usd: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model_id: "amazon.nova-lite-v1:0".to_owned(),
            max_output_tokens: 4_000,
            cost_ceiling_usd: 0.05,
        }
    }
}
