//! The question to the model. Its size depends on the contract, not on the rows: the facts are
//! bounded by the contract's lists, values and quotes by their length.
//!
//! Whatever comes from the file (values of groups, quotes) stands within JSON strings in a fenced
//! block, without a character that could end the string or the fence, or that cannot be seen.

use pipeline_core::{
    facts::Facts,
    ports::{ModelRequest, ToolSpec},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Config,
    analyst::{labels, leaders},
    check::{group_label, moment_label, part, share_of_sum},
    plan::{Ask, Plan, Topic},
    wording::shown_up_to,
};

const SYSTEM: &str = include_str!("../../prompts/system.txt");
const USER: &str = include_str!("../../prompts/user.txt");
const REPAIR: &str = include_str!("../../prompts/repair.txt");
const ANSWER_SCHEMA: &str = include_str!("../../prompts/record_analysis.json");

/// The tool that the model must call.
const TOOL: &str = "record_analysis";

/// The most quotes that are shown, and their length.
const MOST_QUOTES: usize = 12;
const QUOTE_CHARS: usize = 280;

/// The first question.
pub(crate) fn request(facts: &Facts, plan: &Plan, config: &Config) -> ModelRequest {
    let statements = json!({
        "insights": plan.insights.iter().map(|ask| asked(ask, facts, true)).collect::<Vec<_>>(),
        "anomalies": plan.anomalies.iter().map(|ask| asked(ask, facts, false)).collect::<Vec<_>>(),
        "recommendations":
            plan.recommendations.iter().map(|ask| asked(ask, facts, true)).collect::<Vec<_>>(),
    });
    let user = filled(
        USER,
        &[
            ("dataset", &unfenced(&facts.dataset)),
            ("brief", &unfenced(&plan.brief)),
            ("one", &unfenced(&plan.record.one)),
            ("many", &unfenced(&plan.record.many)),
            ("statements", &unfenced(&statements.to_string())),
            ("facts", &unfenced(&shown_facts(facts, plan).to_string())),
            ("quotes", &unfenced(&quotes(facts).to_string())),
        ],
    );
    ModelRequest {
        model_id: config.model_id.clone(),
        system: SYSTEM.to_owned(),
        turns: vec![user],
        tool: ToolSpec {
            name: TOOL.to_owned(),
            description: "Records the analysis of the facts.".to_owned(),
            input_schema: schema(plan),
        },
        max_output_tokens: config.max_output_tokens,
    }
}

/// The question after an answer that cannot be used.
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

/// Text that cannot open or close a fence. In JSON it stays the same value.
fn unfenced(text: &str) -> String {
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn asked(ask: &Ask, facts: &Facts, with_leaders: bool) -> Value {
    let about = match &ask.topic {
        Topic::Dimension(field) => json!({ "dimension": field }),
        Topic::Measure(field) => json!({ "measure": field }),
        Topic::Segments(field) => json!({ "segments_of": field }),
        Topic::Segment { measure, label } => json!({ "segment_of": measure, "segment": label }),
        Topic::Text(field) => json!({ "text": field }),
        Topic::TextBy { text, dimension } => json!({ "text": text, "by": dimension }),
    };
    let mut said = json!({ "kind": ask.kind, "about": about });
    if let Value::Object(members) = &mut said {
        if !ask.brief.is_empty() {
            members.insert("brief".to_owned(), json!(ask.brief));
        }
        if let Some(leaders) = leaders(ask, facts).filter(|_| with_leaders) {
            members.insert("must_name".to_owned(), json!(labels(&leaders)));
        }
    }
    said
}

/// The facts with groups called as texts call them, without keys and row numbers, with the shares that
/// the number check knows.
fn shown_facts(facts: &Facts, plan: &Plan) -> Value {
    let mut facts = facts.clone();
    let first = facts.dimensions.first().map(|found| found.field.clone()).unwrap_or_default();
    let name = |field: &str, value: &mut Option<String>| {
        *value = Some(group_label(field, value.as_deref()));
    };
    for measure in &mut facts.measures {
        for group in measure.segments.iter_mut().flat_map(|segment| &mut segment.top) {
            name(&first, &mut group.value);
        }
    }
    for dimension in &mut facts.dimensions {
        for group in &mut dimension.groups {
            name(&dimension.field, &mut group.value);
        }
    }
    for pair in &mut facts.pairs {
        for group in &mut pair.groups {
            name(&pair.fields[0], &mut group.values[0]);
            name(&pair.fields[1], &mut group.values[1]);
        }
    }
    if let Some(time) = &mut facts.time {
        for period in &mut time.periods {
            name(&time.by, &mut period.value);
        }
        for moment in [&mut time.first, &mut time.last].into_iter().flatten() {
            *moment = moment_label(&time.field, moment);
        }
    }
    let by = facts.text.iter_mut().flat_map(|text| &mut text.by);
    for by in by {
        for group in &mut by.groups {
            name(&by.field, &mut group.value);
        }
    }
    let rejects: Vec<_> = facts
        .rejects
        .iter()
        .map(|reject| json!({ "field": reject.field, "code": reject.code, "count": reject.count }))
        .collect();
    let measures: Vec<_> =
        facts.measures.iter().map(|measure| shown_measure(measure, plan)).collect();
    let mut shown = json!({
        "records": facts.records,
        "reject_rate": facts.reject_rate,
        "rejects": rejects,
        "completeness": facts.completeness,
        "measures": measures,
        "dimensions": facts.dimensions,
        "pairs": facts.pairs,
        "time": facts.time,
        "text": facts.text.as_ref().map(shown_sentiment),
    });
    rounded(&mut shown);
    shown
}

fn shown_measure(measure: &pipeline_core::facts::MeasureFacts, plan: &Plan) -> Value {
    let mut shown = json!(measure);
    let segments = shown.get_mut("segments").and_then(Value::as_array_mut);
    for (segment, facts) in segments.into_iter().flatten().zip(&measure.segments) {
        let Value::Object(members) = segment else { continue };
        if let Some(share) = share_of_sum(&facts.stats, &measure.total) {
            members.insert("share_of_sum".to_owned(), json!(share));
        }
        let same = |known: &&crate::plan::Segment| {
            known.measure == measure.field && known.label == facts.label
        };
        if let Some(known) = plan.segments.iter().find(same) {
            members.insert("bounds".to_owned(), json!(known.bounds));
        }
    }
    shown
}

fn shown_sentiment(text: &pipeline_core::facts::TextFacts) -> Value {
    let sentiment = |found: &pipeline_core::facts::Sentiment| {
        let mut shown = json!(found);
        if let Value::Object(members) = &mut shown {
            for (name, count) in
                [("positive_share", found.positive), ("negative_share", found.negative)]
            {
                if let Some(share) = part(count, found.count) {
                    members.insert(name.to_owned(), json!(share));
                }
            }
        }
        shown
    };
    let by: Vec<_> = text
        .by
        .iter()
        .map(|by| {
            let groups: Vec<_> = by
                .groups
                .iter()
                .map(|group| json!({ "value": group.value, "sentiment": sentiment(&group.sentiment) }))
                .collect();
            json!({ "field": by.field, "groups": groups, "other_texts": by.other_texts })
        })
        .collect();
    json!({ "field": text.field, "overall": sentiment(&text.overall), "by": by })
}

/// Floats to six decimals: more would cost tokens and tell nothing. The facts are nested as deeply as
/// their type, no deeper.
fn rounded(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let exact = number.as_f64().unwrap_or_default();
            let near = (exact * 1e6).round() / 1e6;
            if near.is_finite() && near != 0.0 {
                *value = json!(near);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rounded),
        Value::Object(members) => members.values_mut().for_each(rounded),
        _ => {}
    }
}

fn quotes(facts: &Facts) -> Value {
    let first = facts.dimensions.first().map_or("", |dimension| &dimension.field);
    let quotes = facts.text.iter().flat_map(|text| &text.quotes).take(MOST_QUOTES);
    let shown = quotes.map(|quote| {
        let about = quote.about.as_ref().map(|about| group_label(first, Some(about)));
        let text = shown_up_to(&quote.text, QUOTE_CHARS);
        json!({ "kind": shown_up_to(&quote.kind, 20), "about": about, "text": text })
    });
    Value::Array(shown.collect())
}

/// The answer's schema with the contract's kinds, in the keywords that Nova takes: `type`, `properties`
/// and `required` at the top; within, also `items`, `enum` and `description`. What these cannot say
/// (counts, lengths, no other members) the descriptions say and `answer` checks.
///
/// Source: AWS, Amazon Nova user guide, "Defining a tool",
/// <https://docs.aws.amazon.com/nova/latest/userguide/tool-use-definition.html>
fn schema(plan: &Plan) -> Value {
    let mut schema: Value = serde_json::from_str(ANSWER_SCHEMA).unwrap_or_default();
    let lists = [
        ("insights", "type", &plan.insights),
        ("anomalies", "type", &plan.anomalies),
        ("recommendations", "category", &plan.recommendations),
    ];
    for (list, member, asks) in lists {
        let kinds: Vec<_> = asks.iter().map(|ask| &ask.kind).collect();
        let (path, keyword, value) = if kinds.is_empty() {
            (format!("/properties/{list}"), "description", json!("Empty: nothing is asked for."))
        } else {
            (format!("/properties/{list}/items/properties/{member}"), "enum", json!(kinds))
        };
        if let Some(Value::Object(keywords)) = schema.pointer_mut(&path) {
            keywords.insert(keyword.to_owned(), value);
        }
    }
    schema
}
