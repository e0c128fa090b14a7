//! Reads a Map state's items from objects: the `ItemReader`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use serde_json::{Map, Value, json};

use super::flow::{ExtraBindings, Visit};
use super::items::integer;
use super::run::Run;
use crate::definition::{InputType, ItemReader, ReaderSource};
use crate::failure::{Failure, ITEM_READER_FAILED};

impl Run<'_> {
    /// The items that `reader` finds, at most `MaxItems` of them.
    pub(super) async fn read_items(
        &self,
        visit: &Visit<'_>,
        reader: &ItemReader,
    ) -> Result<Vec<Value>, Failure> {
        let (arguments, max_items) =
            self.evaluating(visit, ExtraBindings::default(), |bindings| {
                let arguments = match &reader.arguments {
                    Some(arguments) => arguments.evaluate("ItemReader/Arguments", bindings)?,
                    None => visit.input.clone(),
                };
                let max_items = integer(
                    reader.max_items.as_ref(),
                    "ItemReader/ReaderConfig/MaxItems",
                    bindings,
                )?;
                Ok((arguments, max_items))
            })?;
        let failed = |cause: String| Failure::new(ITEM_READER_FAILED, cause);
        let argument = |name: &str| {
            let value = arguments.get(name).and_then(Value::as_str);
            value.ok_or_else(|| failed(format!("The ItemReader has no {name} to read from")))
        };
        let (bucket, objects) = (argument("Bucket")?, self.environment.objects);
        let mut items = match &reader.source {
            ReaderSource::ListObjects => {
                let prefix = arguments.get("Prefix").and_then(Value::as_str).unwrap_or_default();
                let listed = objects.list(bucket, prefix).await;
                let listed = listed.map_err(|error| failed(error.to_string()))?;
                let item = |object: crate::objects::ObjectSummary| {
                    json!({
                        "Etag": object.etag,
                        "Key": object.key,
                        "LastModified": object.last_modified,
                        "Size": object.size,
                        "StorageClass": "STANDARD",
                    })
                };
                listed.into_iter().map(item).collect()
            }
            ReaderSource::GetObject(input_type) => {
                let body = objects.get(bucket, argument("Key")?).await;
                let body = body.map_err(|error| failed(error.to_string()))?;
                parse(&body, input_type).map_err(failed)?
            }
        };
        if let Some(most) = max_items {
            items.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        Ok(items)
    }
}

/// The items in an object; the error is a cause.
fn parse(body: &[u8], input_type: &InputType) -> Result<Vec<Value>, String> {
    match input_type {
        InputType::Json => {
            let value = serde_json::from_slice(body)
                .map_err(|error| format!("Attempting to parse JSON failed: {error}"))?;
            match value {
                Value::Array(items) => Ok(items),
                Value::Object(fields) => {
                    let item = |(key, value)| json!({ "Key": key, "Value": value });
                    Ok(fields.into_iter().map(item).collect())
                }
                _ => Err("Attempting to map over non-iterable node.".to_owned()),
            }
        }
        InputType::JsonLines => {
            let text = std::str::from_utf8(body)
                .map_err(|error| format!("The object is not UTF-8: {error}"))?;
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            let item = |(index, line)| {
                serde_json::from_str(line).map_err(|error| format!("Line {}: {error}", index + 1))
            };
            lines.map(item).collect()
        }
        InputType::Csv { delimiter, headers } => parse_csv(body, *delimiter, headers.as_deref()),
    }
}

/// One object for each row, all values text. A short row has empty values for what it lacks; what
/// a long row has too much is left out, as on AWS.
fn parse_csv(body: &[u8], delimiter: u8, headers: Option<&[String]>) -> Result<Vec<Value>, String> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(body);
    let mut rows = reader.records();
    let headers: Vec<String> = match headers {
        Some(given) => given.to_vec(),
        None => match rows.next() {
            None => return Ok(Vec::new()),
            Some(first) => {
                let first = first.map_err(|error| error.to_string())?;
                first.iter().map(str::to_owned).collect()
            }
        },
    };
    rows.map(|row| {
        let row = row.map_err(|error| error.to_string())?;
        let cells = headers
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), Value::from(row.get(index).unwrap_or_default())));
        Ok(Value::Object(cells.collect::<Map<_, _>>()))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, input_type: &InputType, expect: &Value) {
        assert_eq!(parse(body.as_bytes(), input_type).map(Value::Array).as_ref(), Ok(expect));
    }

    fn csv(headers: Option<&[&str]>) -> InputType {
        let headers = headers.map(|names| names.iter().map(ToString::to_string).collect());
        InputType::Csv { delimiter: b',', headers }
    }

    #[test]
    fn json_and_lines() {
        check("[1, {\"a\": 2}]", &InputType::Json, &json!([1, { "a": 2 }]));
        check("{\"a\": 2}", &InputType::Json, &json!([{ "Key": "a", "Value": 2 }]));
        check("1\n\n{\"a\": 2}\n", &InputType::JsonLines, &json!([1, { "a": 2 }]));
        for (body, input_type) in
            [("1", InputType::Json), ("[", InputType::Json), ("1\nx", InputType::JsonLines)]
        {
            assert!(parse(body.as_bytes(), &input_type).is_err(), "{body}");
        }
    }

    #[test]
    fn csv_rows() {
        let expect = json!([{ "a": "1", "b": "x,y" }, { "a": "2", "b": "" }]);
        check("\u{feff}a,b\n1,\"x,y\"\n2\n", &csv(None), &expect);
        check("1,\"x,y\",9\n2\n", &csv(Some(&["a", "b"])), &expect);
        check("", &csv(None), &json!([]));
        assert!(parse(b"a\n\xff\n", &csv(None)).is_err());
    }
}
