//! The question to the model: what is asked, and the facts by their ids. Its length is bounded, whatever
//! the file and however many groups the contract lists: facts are shown by what is asked for, by rank and
//! by surprise, until their room is used.
//!
//! Whatever comes from the file (values of groups, quotes) stands in a fenced block, on a line of its own
//! that begins with its id, without a character that could end the line or the fence, or that cannot be
//! seen.

use pipeline_core::{
    analysis,
    ports::{ModelRequest, ToolSpec},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::shown::{facts_shown, quotes_shown, unfenced};
use crate::{
    Config,
    analyst::Analyst,
    claim::{Claim, Kind, Statistic},
    plan::{Ask, Topic},
    statement::Statement,
    wording::shown_up_to,
};

const SYSTEM: &str = include_str!("../../prompts/system.txt");
const USER: &str = include_str!("../../prompts/user.txt");
const REPAIR: &str = include_str!("../../prompts/repair.txt");
const ANSWER_SCHEMA: &str = include_str!("../../prompts/record_analysis.json");

/// The tool that the model must call.
const TOOL: &str = "record_analysis";

/// The name of the summary among the statements.
pub(super) const SUMMARY: &str = "summary";

/// How much of a contract's own words is shown, in characters.
const BRIEF_CHARS: usize = 400;
const ASK_CHARS: usize = 200;

/// How many anomalies are shown, and how much of each, in characters. The others have no words of a model.
const MOST_ANOMALIES: usize = 8;
const ANOMALY_CHARS: usize = 200;

/// The names of everything that is asked, as the model is told them and calls them.
pub(super) struct Names {
    pub(super) insights: Vec<String>,
    pub(super) recommendations: Vec<String>,
    pub(super) anomalies: Vec<String>,
}

impl Names {
    pub(super) fn of(analyst: &Analyst<'_>, anomalies: &[Statement]) -> Self {
        let names = |list: &str, asks: &[Ask]| {
            asks.iter().map(|ask| format!("{list}.{}", ask.kind)).collect()
        };
        Self {
            insights: names("insight", &analyst.plan.insights),
            recommendations: names("recommendation", &analyst.plan.recommendations),
            anomalies: (0..anomalies.len()).map(|at| format!("anomaly.{at}")).collect(),
        }
    }

    fn all(&self) -> Vec<&str> {
        let anomalies = self.anomalies.iter().take(MOST_ANOMALIES);
        let all = self.insights.iter().chain(&self.recommendations).chain(anomalies);
        all.map(String::as_str).chain([SUMMARY]).collect()
    }
}

/// The first question.
pub(crate) fn request(analyst: &Analyst<'_>, config: &Config) -> ModelRequest {
    let anomalies = analyst.anomalies();
    let names = Names::of(analyst, &anomalies);
    let plan = analyst.plan;
    let user = filled(
        USER,
        &[
            ("dataset", &unfenced(&analyst.book.facts.dataset)),
            ("brief", &unfenced(&shown_up_to(&plan.brief, BRIEF_CHARS))),
            ("many", &unfenced(&shown_up_to(&plan.record.many, 40))),
            ("statements", &asked(analyst, &names)),
            ("anomalies", &odd(&anomalies, &names)),
            ("facts", &facts_shown(analyst)),
            ("quotes", &quotes_shown(analyst)),
        ],
    );
    ModelRequest {
        model_id: config.model_id.clone(),
        system: SYSTEM.to_owned(),
        turns: vec![user],
        tool: ToolSpec {
            name: TOOL.to_owned(),
            description: "Records the statements about the facts.".to_owned(),
            input_schema: schema(&names),
        },
        max_output_tokens: config.max_output_tokens,
    }
}

/// The question after statements that cannot be used.
pub(super) fn repair(problems: &[String]) -> String {
    let problems: Vec<_> =
        problems.iter().map(|problem| format!("- {}", unfenced(problem))).collect();
    filled(REPAIR, &[("problems", &problems.join("\n"))])
}

/// SHA-256 of everything that the model is told, in lower-case hex.
pub(crate) fn prompt_sha256(request: &ModelRequest) -> String {
    let told = json!([
        request.model_id,
        request.system,
        request.turns,
        request.tool.name,
        request.tool.description,
        request.tool.input_schema,
        request.max_output_tokens,
    ]);
    format!("{:x}", Sha256::digest(told.to_string()))
}

/// No tokenizer makes more tokens than there are bytes; what the service adds for the tool is allowed
/// for.
pub(super) fn most_input_tokens(request: &ModelRequest) -> u64 {
    const ADDED_BY_SERVICE: usize = 1_000;
    let schema = request.tool.input_schema.to_string();
    let turns: usize = request.turns.iter().map(String::len).sum();
    let bytes = request.system.len() + turns + request.tool.description.len() + schema.len();
    u64::try_from(bytes + ADDED_BY_SERVICE).unwrap_or(u64::MAX)
}

/// Fills `{{name}}` in one pass, so that nothing in a value is taken for a place to fill.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        text.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    text + rest
}

/// A line for each statement that is asked: its name, what it is about, and a claim that would answer it.
fn asked(analyst: &Analyst<'_>, names: &Names) -> String {
    let line = |name: &String, ask: &Ask, example: Statement| {
        let about = match &ask.topic {
            Topic::Dimension(field) => format!("the leading {field}"),
            Topic::Measure(field) => format!("the spread of {field}"),
            Topic::Segments(field) => format!("the segments of {field}, compared"),
            Topic::Segment { measure, label } => {
                format!("the leaders in the segment {label} of {measure}")
            }
            Topic::Text(field) => format!("the sentiment of {field}"),
            Topic::TextBy { text, dimension } => format!("the sentiment of {text} by {dimension}"),
        };
        let brief = shown_up_to(&ask.brief, ASK_CHARS);
        let answers = |said: &&analysis::Claim| {
            let proven = Claim::read(said).and_then(|claim| analyst.book.prove(claim).ok());
            proven.is_some_and(|proven| analyst.answers(ask, &[proven]).is_ok())
        };
        let claim = example.basis.claims.iter().find(answers).map(|claim| {
            let statistic = claim.statistic.as_ref().map(|name| format!(" {name}"));
            let ids = claim.ids.join(" ");
            format!(" Answered by: {} {ids}{}", claim.claim, statistic.unwrap_or_default())
        });
        format!("{name}: {}. {}{}", unfenced(&about), unfenced(&brief), claim.unwrap_or_default())
    };
    let insights = names.insights.iter().zip(&analyst.plan.insights);
    let insights = insights.map(|(name, ask)| line(name, ask, analyst.insight(ask)));
    let advice = names.recommendations.iter().zip(&analyst.plan.recommendations);
    let advice = advice.map(|(name, ask)| line(name, ask, analyst.recommendation(ask)));
    insights.chain(advice).collect::<Vec<_>>().join("\n")
}

/// A line for each anomaly that was found: its name, its kind, and what was found.
fn odd(anomalies: &[Statement], names: &Names) -> String {
    let line = |(name, found): (&String, &Statement)| {
        let text = shown_up_to(&found.basis.text(), ANOMALY_CHARS);
        format!("{name} ({}): {}", found.kind, unfenced(&text))
    };
    let lines = names.anomalies.iter().zip(anomalies).take(MOST_ANOMALIES).map(line);
    lines.collect::<Vec<_>>().join("\n")
}

/// The answer's schema, in the keywords that Nova takes: `type`, `properties` and `required` at the top;
/// within, also `items`, `enum` and `description`. What these cannot say (counts, lengths, no other
/// members) the descriptions say and `answer` checks.
///
/// Source: AWS, Amazon Nova user guide, "Defining a tool",
/// <https://docs.aws.amazon.com/nova/latest/userguide/tool-use-definition.html>
fn schema(names: &Names) -> Value {
    let mut schema: Value = serde_json::from_str(ANSWER_SCHEMA).unwrap_or_default();
    let kinds = Kind::ALL.map(Kind::as_str);
    let statistics = Statistic::ALL.map(Statistic::as_str);
    let statement = "/properties/statements/items/properties";
    for (path, values) in [
        ("statement", json!(names.all())),
        ("claims/items/properties/claim", json!(kinds)),
        ("claims/items/properties/statistic", json!(statistics)),
    ] {
        if let Some(Value::Object(keywords)) = schema.pointer_mut(&format!("{statement}/{path}")) {
            keywords.insert("enum".to_owned(), values);
        }
    }
    schema
}
