//! JSON as it stands in the document: keys in order, and a key that is there twice is seen twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::problem::{Path, Problems};
use crate::spelling::nearest;

/// A JSON value. `serde_json::Value` would drop the first of two equal keys in silence.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The name of its type, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Parses a document of at most 128 levels; a byte order mark before it is ignored.
pub(super) fn parse(json: &[u8]) -> Result<Json, serde_json::Error> {
    serde_json::from_slice(json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Json::Object(object))
    }
}

/// A value of the document with its place, and with methods that read it as what it should be. A
/// method that answers `None` has added the problem.
#[derive(Debug, Clone)]
pub(super) struct Node<'j> {
    pub(super) json: &'j Json,
    pub(super) path: Path,
}

impl<'j> Node<'j> {
    pub(super) fn root(json: &'j Json) -> Self {
        Self { json, path: Path::root() }
    }

    pub(super) fn object(&self, problems: &mut Problems) -> Option<Object<'j>> {
        let Json::Object(entries) = self.json else { return self.expected("an object", problems) };
        let mut seen = std::collections::HashSet::new();
        for (key, _) in entries {
            if !seen.insert(key) {
                problems.add(&self.path.key(key), "this key is there twice");
            }
        }
        Some(Object { entries, path: self.path.clone() })
    }

    pub(super) fn array(&self, problems: &mut Problems) -> Option<Vec<Node<'j>>> {
        let Json::Array(items) = self.json else { return self.expected("an array", problems) };
        let nodes = items.iter().enumerate();
        Some(nodes.map(|(index, json)| Self { json, path: self.path.item(index) }).collect())
    }

    /// Reads every item of this array, so that the problems of all of them are found; `None` if
    /// there are any.
    pub(super) fn each<T>(
        &self,
        problems: &mut Problems,
        mut read: impl FnMut(&Node<'j>, &mut Problems) -> Option<T>,
    ) -> Option<Vec<T>> {
        let nodes = self.array(problems)?;
        let items: Vec<Option<T>> = nodes.iter().map(|node| read(node, problems)).collect();
        items.into_iter().collect()
    }

    pub(super) fn string(&self, problems: &mut Problems) -> Option<&'j str> {
        let Json::String(text) = self.json else { return self.expected("a string", problems) };
        Some(text)
    }

    pub(super) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        let Json::Bool(value) = self.json else { return self.expected("a boolean", problems) };
        Some(*value)
    }

    /// A whole number from zero up.
    pub(super) fn count(&self, problems: &mut Problems) -> Option<usize> {
        match self.json {
            Json::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        }
        .or_else(|| problems.none(&self.path, "must be a whole number from 0 up"))
    }

    /// The one of `all` that this string names; any other is a problem that lists the names.
    pub(super) fn one_of<T: Copy>(
        &self,
        all: &[T],
        name: fn(T) -> &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let text = self.string(problems)?;
        all.iter().copied().find(|one| name(*one) == text).or_else(|| {
            let names: Vec<&str> = all.iter().copied().map(name).collect();
            problems.none(&self.path, format!("`{text}` is none of {}", list(&names)))
        })
    }

    pub(super) fn expected<T>(&self, what: &str, problems: &mut Problems) -> Option<T> {
        problems.none(&self.path, format!("must be {what}, not {}", self.json.kind()))
    }
}

/// An object of the document with its place.
#[derive(Debug, Clone)]
pub(super) struct Object<'j> {
    entries: &'j [(String, Json)],
    pub(super) path: Path,
}

impl<'j> Object<'j> {
    pub(super) fn get(&self, key: &str) -> Option<Node<'j>> {
        let (_, json) = self.entries.iter().find(|(name, _)| name == key)?;
        Some(Node { json, path: self.path.key(key) })
    }

    /// The value of a key that has to be there.
    pub(super) fn required(&self, key: &str, problems: &mut Problems) -> Option<Node<'j>> {
        self.get(key).or_else(|| problems.none(&self.path, format!("`{key}` is missing")))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'j str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// Refuses properties by their name, with the reason.
    pub(super) fn refuse(&self, refused: &[(&str, &str)], problems: &mut Problems) {
        for (name, reason) in refused {
            if let Some(node) = self.get(name) {
                problems.add(&node.path, format!("`{name}` {reason}"));
            }
        }
    }

    /// Refuses what looks like a misspelled one of `meant`. Anything else is an annotation or a custom
    /// property, which the standard allows.
    pub(super) fn refuse_near_misses(&self, meant: &[&str], problems: &mut Problems) {
        for key in self.keys().filter(|key| !meant.contains(key)) {
            if let Some(nearest) = nearest(key, meant) {
                problems.add(&self.path.key(key), format!("did you mean `{nearest}`?"));
            }
        }
    }

    /// Every key must be one of `known`.
    pub(super) fn only(&self, known: &[&str], what: &str, problems: &mut Problems) {
        for key in self.keys().filter(|key| !known.contains(key)) {
            let hint = match nearest(key, known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("it can be {}", list(known)),
            };
            problems.add(&self.path.key(key), format!("unknown {what}; {hint}"));
        }
    }
}

/// `a`, `b` and `c` in words.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
