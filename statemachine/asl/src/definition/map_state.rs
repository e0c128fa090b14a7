//! Parses the Map state: where its items come from, how they are batched, where the results go.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>

use serde_json::Value;

use super::fields::Fields;
use super::model::{
    InputType, ItemBatcher, ItemReader, Map, ReaderSource, ResultWriter, Transformation, Workflow,
};
use crate::template::Template;

pub(super) const FIELDS: &[&str] = &[
    "Assign",
    "Catch",
    "End",
    "ItemBatcher",
    "ItemProcessor",
    "ItemReader",
    "ItemSelector",
    "Items",
    "Label",
    "MaxConcurrency",
    "Next",
    "Output",
    "ResultWriter",
    "Retry",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
];

/// The longest `Label`, in characters.
const MAX_LABEL: usize = 40;

/// Parses a Map state; `parse_workflow` parses the states of its item processor.
pub(super) fn parse(
    fields: &Fields<'_>,
    parse_workflow: impl FnOnce(&Fields<'_>) -> Option<Workflow>,
) -> Option<Map> {
    let items = match fields.get("Items") {
        Some(Value::Array(_) | Value::Object(_)) => fields.template("Items"),
        Some(_) => fields.expression("Items"),
        None => None,
    };
    let item_reader = item_reader(fields);
    if fields.has("Items") && fields.has("ItemReader") {
        fields.problem("ItemReader", "must not be there together with Items");
    }
    let label = fields.name("Label");
    if label.is_some_and(|label| label.chars().count() > MAX_LABEL) {
        fields.problem("Label", format!("must have at most {MAX_LABEL} characters"));
    }
    let max_concurrency = fields.integer_template("MaxConcurrency", 0, u64::from(u32::MAX));
    let tolerated_failure_count =
        fields.integer_template("ToleratedFailureCount", 0, u64::from(u32::MAX));
    let tolerated_failure_percentage = match fields.get("ToleratedFailurePercentage") {
        Some(Value::String(_)) => fields.expression("ToleratedFailurePercentage"),
        _ => fields
            .typed("ToleratedFailurePercentage", "a number from 0 to 100", |value| {
                value.as_f64().filter(|percentage| (0.0..=100.0).contains(percentage))
            })
            .map(|percentage| Template::Literal(percentage.into())),
    };
    let item_selector = fields.template("ItemSelector");
    let item_batcher = item_batcher(fields);
    let result_writer = result_writer(fields);
    let processor_value = fields.required("ItemProcessor")?;
    let path = fields.path("ItemProcessor");
    let processor = Fields::of(processor_value, fields.state, &path, fields.problems)?;
    processor.allow(&["Comment", "ProcessorConfig", "StartAt", "States"], "an item processor");
    processor.string("Comment");
    let is_distributed = is_distributed(&processor);
    Some(Map {
        items,
        item_reader,
        item_selector,
        item_batcher,
        item_processor: parse_workflow(&processor)?,
        is_distributed,
        max_concurrency,
        tolerated_failure_count,
        tolerated_failure_percentage,
        result_writer,
        label: label.map(str::to_owned),
    })
}

/// The object `field` of `fields`, read by `read`.
fn object<T>(
    fields: &Fields<'_>,
    field: &str,
    read: impl FnOnce(&Fields<'_>) -> Option<T>,
) -> Option<T> {
    let value = fields.get(field)?;
    let path = fields.path(field);
    read(&Fields::of(value, fields.state, &path, fields.problems)?)
}

fn is_distributed(processor: &Fields<'_>) -> bool {
    let mode = object(processor, "ProcessorConfig", |config| {
        config.allow(&["ExecutionType", "Mode"], "a processor's configuration");
        one_of(config, "ExecutionType", &["STANDARD", "EXPRESS"]);
        one_of(config, "Mode", &["INLINE", "DISTRIBUTED"]).map(str::to_owned)
    });
    mode.as_deref() == Some("DISTRIBUTED")
}

fn one_of<'a>(fields: &Fields<'a>, field: &str, choices: &[&str]) -> Option<&'a str> {
    let text = fields.string(field)?;
    if choices.contains(&text) {
        return Some(text);
    }
    fields.problem(field, format!("must be one of {}", choices.join(", ")));
    None
}

fn item_reader(fields: &Fields<'_>) -> Option<ItemReader> {
    object(fields, "ItemReader", |reader| {
        reader.allow(&["Arguments", "ReaderConfig", "Resource"], "an item reader");
        reader.required("Resource");
        let arguments = reader.object_template("Arguments");
        let config = object(reader, "ReaderConfig", |config| {
            config.allow(
                &["CSVDelimiter", "CSVHeaderLocation", "CSVHeaders", "InputType", "MaxItems"],
                "a reader's configuration",
            );
            let max_items = config.integer_template("MaxItems", 1, 100_000_000);
            Some((input_type(config), max_items))
        });
        let (input_type, max_items) = config.unwrap_or_default();
        let source = match reader.string("Resource")?.split_once(":::") {
            Some((_, "s3:listObjectsV2")) => ReaderSource::ListObjects,
            Some((_, "s3:getObject")) => {
                if input_type.is_none() {
                    reader.problem("ReaderConfig.InputType", "must be CSV, JSON or JSONL");
                }
                ReaderSource::GetObject(input_type?)
            }
            _ => {
                let message = "must be arn:aws:states:::s3:getObject or \
                               arn:aws:states:::s3:listObjectsV2";
                reader.problem("Resource", message);
                return None;
            }
        };
        Some(ItemReader { source, arguments, max_items })
    })
}

fn input_type(config: &Fields<'_>) -> Option<InputType> {
    Some(match config.string("InputType")? {
        "JSON" => InputType::Json,
        "JSONL" => InputType::JsonLines,
        "CSV" => {
            let delimiter = match config.string("CSVDelimiter") {
                None | Some("COMMA") => b',',
                Some("PIPE") => b'|',
                Some("SEMICOLON") => b';',
                Some("SPACE") => b' ',
                Some("TAB") => b'\t',
                Some(_) => {
                    let message = "must be one of COMMA, PIPE, SEMICOLON, SPACE, TAB";
                    config.problem("CSVDelimiter", message);
                    b','
                }
            };
            let given = one_of(config, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
            config.required("CSVHeaderLocation");
            if given == Some("GIVEN") {
                config.required("CSVHeaders");
            }
            let headers = config.filled_array("CSVHeaders").filter(|_| given == Some("GIVEN"));
            let headers = headers.map(|headers| {
                headers.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
            });
            InputType::Csv { delimiter, headers }
        }
        // MANIFEST and PARQUET are AWS's, too.
        _ => return None,
    })
}

fn item_batcher(fields: &Fields<'_>) -> Option<ItemBatcher> {
    object(fields, "ItemBatcher", |batcher| {
        batcher
            .allow(&["BatchInput", "MaxInputBytesPerBatch", "MaxItemsPerBatch"], "an item batcher");
        if !batcher.has("MaxItemsPerBatch") && !batcher.has("MaxInputBytesPerBatch") {
            let message = "is missing: a batcher has MaxItemsPerBatch or MaxInputBytesPerBatch";
            batcher.problem("MaxItemsPerBatch", message);
        }
        Some(ItemBatcher {
            max_items_per_batch: batcher.integer_template("MaxItemsPerBatch", 1, 100_000_000),
            max_input_bytes_per_batch: batcher.integer_template(
                "MaxInputBytesPerBatch",
                1,
                256 * 1024,
            ),
            batch_input: batcher.template("BatchInput"),
        })
    })
}

fn result_writer(fields: &Fields<'_>) -> Option<ResultWriter> {
    object(fields, "ResultWriter", |writer| {
        writer.allow(&["Arguments", "Resource", "WriterConfig"], "a result writer");
        let config = object(writer, "WriterConfig", |config| {
            config.allow(&["OutputType", "Transformation"], "a writer's configuration");
            let output = one_of(config, "OutputType", &["JSON", "JSONL"]);
            let transformation =
                match one_of(config, "Transformation", &["NONE", "COMPACT", "FLATTEN"]) {
                    Some("COMPACT") => Transformation::Compact,
                    Some("FLATTEN") => Transformation::Flatten,
                    _ => Transformation::None,
                };
            Some((transformation, output == Some("JSONL")))
        });
        let resource = writer.string("Resource");
        if resource.is_some_and(|resource| !resource.ends_with(":::s3:putObject")) {
            writer.problem("Resource", "must be arn:aws:states:::s3:putObject");
        }
        let arguments = writer.object_template("Arguments");
        if resource.is_some() && arguments.is_none() {
            writer.required("Arguments");
        }
        if resource.is_none() && config.is_none() {
            writer.problem("Resource", "is missing: a writer has Resource or WriterConfig");
        }
        let (transformation, as_lines) = config.unwrap_or((Transformation::None, false));
        Some(ResultWriter { arguments, transformation, as_lines })
    })
}
