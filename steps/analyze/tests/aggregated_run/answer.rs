//! Answers of a model, by script.

use pipeline_core::{
    analysis::{Analysis, Basis},
    error::ErrorKind,
    memory::ScriptedModel,
    ports::ModelReply,
};
use serde_json::{Value, json};

use super::AggregatedRun;

pub(crate) type Reply = Result<ModelReply, ErrorKind>;

pub(crate) fn statement(name: &str, claims: &Value, words: &str) -> Value {
    json!({ "statement": name, "claims": claims, "words": words })
}

/// An answer on smartphone-sales that can be used as it is.
pub(crate) fn good() -> Value {
    json!({ "statements": [
        statement("insight.most_popular_phone", &json!([{ "claim": "leader", "ids": ["d0g0"] }]),
            "Buyers come for {1}, so keep it on the shelf."),
        statement("insight.customer_satisfaction",
            &json!([{ "claim": "sentiment", "ids": ["x"] },
                { "claim": "leader", "ids": ["x1g2"], "statistic": "score" }]),
            "Learn from what buyers write about {2}."),
        statement("insight.price_segment_performance",
            &json!([{ "claim": "leader", "ids": ["m0s1"], "statistic": "sum" }]),
            "{1} brings in the money, so give it room."),
        statement("recommendation.budget_segment",
            &json!([{ "claim": "shared_lead", "ids": ["m0s0g0", "m0s0g1"] }]),
            "Show {1} in the window."),
        statement("recommendation.midrange_segment",
            &json!([{ "claim": "order", "ids": ["m0s1g0", "m0s1g1"] }]), "Keep {1} in stock."),
        statement("recommendation.flagship_segment",
            &json!([{ "claim": "order", "ids": ["m0s2g0", "m0s2g1"] }]), "Train the staff on {1}."),
        statement("recommendation.inventory_strategy",
            &json!([{ "claim": "order", "ids": ["d0g0", "d0g1", "d0g2"] }]), "Reorder {1} in time."),
        statement("anomaly.1", &json!([]), "Check whether the price of {1} was typed wrongly."),
        statement("anomaly.0", &json!([]), "Read the reviews of {1} before ordering it anew."),
        statement("summary",
            &json!([{ "claim": "rejects", "ids": ["file"] }, { "claim": "leader", "ids": ["d0g0"] }]),
            "Look at the rejected records before anything else."),
    ]})
}

/// The good answer with another statement of this name.
pub(crate) fn good_with(name: &str, claims: &Value, words: &str) -> Value {
    let mut answer = good();
    let statements = answer["statements"].as_array_mut().unwrap();
    let at = statements.iter().position(|said| said["statement"] == name).unwrap();
    statements[at] = statement(name, claims, words);
    answer
}

/// The good answer with other words in this statement.
pub(crate) fn good_with_words(name: &str, words: &str) -> Value {
    let answer = good();
    let statements = answer["statements"].as_array().unwrap();
    let claims =
        statements.iter().find(|said| said["statement"] == name).unwrap()["claims"].clone();
    good_with(name, &claims, words)
}

#[expect(clippy::unnecessary_wraps, reason = "a reply by script may be an error")]
pub(crate) fn reply(tool_input: Option<Value>, stop_reason: &str) -> Reply {
    let stop_reason = stop_reason.to_owned();
    Ok(ModelReply { tool_input, stop_reason, input_tokens: 3_000, output_tokens: 1_000 })
}

pub(crate) fn answer(value: Value) -> Reply {
    reply(Some(value), "tool_use")
}

pub(crate) fn with_model(script: impl IntoIterator<Item = Reply>) -> AggregatedRun {
    AggregatedRun {
        model: Some(ScriptedModel::replying(script)),
        ..AggregatedRun::smartphone_sales()
    }
}

impl AggregatedRun {
    pub(crate) fn analysis(&self) -> Analysis {
        serde_json::from_str(&self.analysis_json()).unwrap()
    }

    /// How often the model was asked.
    pub(crate) fn asked(&self) -> usize {
        self.model.as_ref().unwrap().requests().len()
    }
}

/// Every statement: its name, its text and what it consists of.
pub(crate) fn statements(analysis: &Analysis) -> Vec<(String, &str, &Basis)> {
    let insights = analysis
        .insights
        .iter()
        .map(|said| (format!("insight.{}", said.kind), said.description.as_str(), &said.basis));
    let anomalies = analysis
        .anomalies
        .iter()
        .map(|said| (format!("anomaly.{}", said.kind), said.description.as_str(), &said.basis));
    let advice = analysis.recommendations.iter().map(|said| {
        (format!("recommendation.{}", said.category), said.action.as_str(), &said.basis)
    });
    let summary = ("summary".to_owned(), analysis.summary.as_str(), &analysis.summary_basis);
    insights.chain(anomalies).chain(advice).chain([summary]).collect()
}
