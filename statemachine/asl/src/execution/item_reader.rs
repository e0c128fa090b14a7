//! Reads a Map state's items from objects: the `ItemReader`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use std::io;

use csv_async::{AsyncReaderBuilder, StringRecord};
use futures_util::{AsyncBufReadExt, AsyncRead, AsyncReadExt, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::flow::{ExtraBindings, Visit};
use super::items::integer;
use super::limits::{MAX_ITEM_SOURCE_BYTES, size_of};
use super::run::Run;
use crate::definition::{InputType, ItemReader, ReaderSource};
use crate::failure::{Failure, ITEM_READER_FAILED};
use crate::objects::{Chunks, ObjectError, ObjectSummary};

impl Run<'_> {
    /// The items that `reader` finds, at most `MaxItems` of them. Of an object only as much is read
    /// as they take.
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
        let most = max_items.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let failed = |cause: String| Failure::new(ITEM_READER_FAILED, cause);
        let argument = |name: &str| {
            let value = arguments.get(name).and_then(Value::as_str);
            value.ok_or_else(|| failed(format!("The ItemReader has no {name} to read from")))
        };
        let (bucket, objects) = (argument("Bucket")?, self.environment.objects);
        let items = match &reader.source {
            ReaderSource::ListObjects => {
                let prefix = arguments.get("Prefix").and_then(Value::as_str).unwrap_or_default();
                let listed = objects.list(bucket, prefix).await;
                listed.map(|listed| listed.iter().take(most).map(listing).collect())
            }
            ReaderSource::GetObject(input_type) => {
                let items = Items::bounded(most, MAX_ITEM_SOURCE_BYTES);
                parse(objects.get(bucket, argument("Key")?), input_type, items).await
            }
        };
        items.map_err(|error| failed(error.to_string()))
    }
}

fn listing(object: &ObjectSummary) -> Value {
    json!({
        "Etag": object.etag,
        "Key": object.key,
        "LastModified": object.last_modified,
        "Size": object.size,
        "StorageClass": "STANDARD",
    })
}

/// The first items in an object, as many as `items` may have; the error's text is a cause.
async fn parse(
    chunks: Chunks<'_>,
    input_type: &InputType,
    mut items: Items,
) -> Result<Vec<Value>, ObjectError> {
    let (mut read_bytes, most_bytes) = (0, items.most_bytes);
    let within_limit = move |chunk: Result<Vec<u8>, ObjectError>| {
        let chunk = chunk.map_err(io::Error::other)?;
        read_bytes += chunk.len();
        if read_bytes > most_bytes {
            Err(io::Error::other(too_large(most_bytes)))
        } else {
            Ok(chunk)
        }
    };
    let mut body = chunks.map(within_limit).into_async_read();
    match input_type {
        InputType::Json => {
            let mut text = Vec::new();
            body.read_to_end(&mut text).await.map_err(cause)?;
            let value = serde_json::from_slice(&text)
                .map_err(|error| cause(format!("Attempting to parse JSON failed: {error}")))?;
            match value {
                Value::Array(mut all) => {
                    all.truncate(items.most);
                    Ok(all)
                }
                Value::Object(fields) => {
                    let item = |(key, value)| json!({ "Key": key, "Value": value });
                    Ok(fields.into_iter().take(items.most).map(item).collect())
                }
                _ => Err(cause("Attempting to map over non-iterable node.")),
            }
        }
        InputType::JsonLines => {
            let mut lines = body.lines().enumerate();
            while !items.are_full()
                && let Some((index, line)) = lines.next().await
            {
                let line = line.map_err(|error| cause(format!("Line {}: {error}", index + 1)))?;
                if !line.trim().is_empty() {
                    let item = serde_json::from_str(&line)
                        .map_err(|error| cause(format!("Line {}: {error}", index + 1)))?;
                    items.add(item)?;
                }
            }
            Ok(items.list)
        }
        InputType::Csv { delimiter, headers } => {
            parse_csv(body, *delimiter, headers.as_deref(), items).await
        }
    }
}

/// One object for each row, all values text. A short row has empty values for what it lacks; what
/// a long row has too much is left out, as on AWS.
async fn parse_csv(
    body: impl AsyncRead + Unpin + Send,
    delimiter: u8,
    headers: Option<&[String]>,
    mut items: Items,
) -> Result<Vec<Value>, ObjectError> {
    let mut reader = AsyncReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .create_reader(body);
    let mut row = StringRecord::new();
    let headers: Vec<String> = if let Some(given) = headers {
        given.to_vec()
    } else {
        reader.read_record(&mut row).await.map_err(cause)?;
        row.iter().map(str::to_owned).collect()
    };
    while !items.are_full() && reader.read_record(&mut row).await.map_err(cause)? {
        let cells = headers
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), Value::from(row.get(index).unwrap_or_default())));
        items.add(Value::Object(cells.collect()))?;
    }
    Ok(items.list)
}

/// Items in the making, bounded in number and in bytes.
struct Items {
    list: Vec<Value>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Items {
    fn bounded(most: usize, most_bytes: usize) -> Self {
        Self { list: Vec::new(), bytes: 0, most, most_bytes }
    }

    fn are_full(&self) -> bool {
        self.list.len() >= self.most
    }

    fn add(&mut self, item: Value) -> Result<(), ObjectError> {
        self.bytes += size_of(&item);
        if self.bytes > self.most_bytes {
            return Err(too_large(self.most_bytes));
        }
        self.list.push(item);
        Ok(())
    }
}

fn too_large(most_bytes: usize) -> ObjectError {
    cause(format!(
        "The items are more than the {most_bytes} bytes that one Map state reads here; MaxItems \
         says how many to read"
    ))
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors, which are given by value")]
fn cause(text: impl ToString) -> ObjectError {
    ObjectError(text.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use futures_util::stream::iter;

    use super::*;
    use crate::clock::VirtualClock;

    #[track_caller]
    fn check(body: &str, input_type: &InputType, expect: &Value) {
        let items = read(body.as_bytes(), input_type, usize::MAX);
        assert_eq!(items.map(Value::Array).as_ref(), Ok(expect));
    }

    fn read(body: &[u8], input_type: &InputType, most: usize) -> Result<Vec<Value>, ObjectError> {
        let chunks: Vec<_> = body.chunks(5).map(|chunk| Ok(chunk.to_vec())).collect();
        let clock = VirtualClock::new(DateTime::UNIX_EPOCH);
        let items = Items::bounded(most, 1000);
        clock.block_on(parse(iter(chunks).boxed(), input_type, items)).unwrap()
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
            assert!(read(body.as_bytes(), &input_type, usize::MAX).is_err(), "{body}");
        }
    }

    #[test]
    fn csv_rows() {
        let expect = json!([{ "a": "1", "b": "x,y" }, { "a": "2", "b": "" }]);
        check("\u{feff}a,b\n1,\"x,y\"\n2\n", &csv(None), &expect);
        check("1,\"x,y\",9\n2\n", &csv(Some(&["a", "b"])), &expect);
        check("", &csv(None), &json!([]));
        assert!(read(b"a\n\xff\n", &csv(None), usize::MAX).is_err());
    }

    #[test]
    fn what_is_behind_the_last_item_is_not_read() {
        assert_eq!(read(b"1\n2\nx\n", &InputType::JsonLines, 2), Ok(vec![json!(1), json!(2)]));
        let rows = read(b"a\n1\n2\n\xff\n", &csv(None), 1);
        assert_eq!(rows, Ok(vec![json!({ "a": "1" })]));
    }

    #[test]
    fn items_that_are_too_large_are_an_error() {
        let long = " ".repeat(1001);
        // A row of few bytes is an item of many where the header is long.
        let wide = format!("{}\n{}", "x".repeat(500), "1\n".repeat(5));
        for (body, input_type) in
            [(&long, InputType::Json), (&long, InputType::JsonLines), (&wide, csv(None))]
        {
            let error = read(body.as_bytes(), &input_type, usize::MAX).unwrap_err();
            assert!(error.0.contains("MaxItems"), "{error}");
        }
        assert_eq!(read(wide.as_bytes(), &csv(None), 1).unwrap().len(), 1);
    }
}
