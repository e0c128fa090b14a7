//! What a contract may say, and what is refused: every problem, each by its path.

use contract::Contract;

/// The problems of a document, as text.
fn problems(json: &str) -> Vec<String> {
    match Contract::from_json(json.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_document_is_refused_by_path() {
    fn check(json: &str, expect: &[&str]) {
        assert_eq!(problems(json), expect, "{json}");
    }
    let a = r#"{"name": "a"}"#;
    check(&format!(r#"{{"fields": [{a}]}}"#), &[]);
    check(&format!("\u{feff}{{\"fields\": [{a}]}}"), &[]);
    check("[]", &["$: must be an object, not an array"]);
    check("{}", &["$: `fields` is missing"]);
    check("{", &["$: is not JSON: EOF while parsing an object at line 1 column 1"]);
    check(r#"{"fields": {}}"#, &["$.fields: must be an array, not an object"]);
    check(r#"{"fields": []}"#, &["$.fields: a contract needs at least one field"]);
    check(r#"{"feilds": []}"#, &["$.feilds: did you mean `fields`?", "$: `fields` is missing"]);
    check(
        &format!(r#"{{"fields": [{a}], "primarykey": "a", "missing_values": [], "mine": 1}}"#),
        &[
            "$.primarykey: did you mean `primaryKey`?",
            "$.missing_values: did you mean `missingValues`?",
        ],
    );
    check(
        &format!(r#"{{"fields": [{a}], "foreignKeys": [], "uniqueKeys": [], "fieldsMatch": "x"}}"#),
        &[
            "$.fieldsMatch: `fieldsMatch` is not supported: columns are matched by name, in any order",
            "$.foreignKeys: `foreignKeys` is not supported: a file is checked by itself",
            "$.uniqueKeys: `uniqueKeys` is not supported: use `primaryKey`, or `unique` in a field's \
             constraints",
        ],
    );
    check(
        &format!(r#"{{"fields": [{a}], "fields": [{a}]}}"#),
        &["$.fields: this key is there twice"],
    );
    check(
        &format!(r#"{{"fields": [{a}, {{"name": "b", "name": "b"}}, {a}]}}"#),
        &[
            "$.fields[1].name: this key is there twice",
            "$.fields[2].name: there is another field `a`",
        ],
    );
    check(
        &format!(r#"{{"fields": [{a}], "primaryKey": ["a", "aa", "a", 1]}}"#),
        &[
            "$.primaryKey[1]: there is no field `aa`; did you mean `a`?",
            "$.primaryKey[2]: this field is there twice",
            "$.primaryKey[3]: must be a string, not a number",
        ],
    );
    check(
        r#"{"fields": [{"name": "raw_record"}, {"name": "processed_at"}]}"#,
        &["$.fields[0].name: `raw_record` is a column of every rejected file"],
    );
    check(
        r#"{"fields": [{"name": "processed_at"}], "sluice": {"lineageColumns": true}}"#,
        &["$.fields[0].name: `processed_at` is one of the lineage columns"],
    );
    let deep = "[".repeat(100_000);
    assert_eq!(problems(&deep).len(), 1);
    assert_eq!(problems(&format!(r#"{{"fields": [{a}], "x": {deep}"#)).len(), 1);
}

#[test]
fn a_field_is_refused_by_path() {
    fn check(field: &str, expect: &[&str]) {
        let json = format!(r#"{{"fields": [{{"name": "a", {field}}}]}}"#);
        assert_eq!(problems(&json), expect, "{field}");
    }
    check(r#""title": "A", "description": "", "rdfType": "", "example": 5, "x-mine": {}"#, &[]);
    check(
        r#""type": "int""#,
        &["$.fields[0].type: `int` is none of `string`, `integer`, `number`, `boolean`, `date`, \
         `datetime`, `time`, `year`, `yearmonth`, `any`"],
    );
    for unsupported in ["object", "array", "geopoint", "geojson", "duration", "list"] {
        check(
            &format!(r#""type": "{unsupported}""#),
            &[&format!("$.fields[0].type: the type `{unsupported}` is not supported")],
        );
    }
    check(r#""Type": "integer""#, &["$.fields[0].Type: did you mean `type`?"]);
    check(r#""contraints": {}"#, &["$.fields[0].contraints: did you mean `constraints`?"]);
    check(
        r#""required": true"#,
        &[
            "$.fields[0].required: belongs into the field's `constraints`, as `constraints.required`",
        ],
    );
    check(
        r#""categories": ["x"]"#,
        &["$.fields[0].categories: `categories` is not supported: use `enum` in `constraints`"],
    );
    check(
        r#""format": "binary""#,
        &["$.fields[0].format: the format `binary` is not supported; a string can be `default`, \
         `email`, `uri`, `uuid`"],
    );
    check(
        r#""type": "integer", "format": "hex""#,
        &["$.fields[0].format: the type `integer` has no format `hex`, only `default`"],
    );
    check(
        r#""type": "date", "format": "%x""#,
        &[
            "$.fields[0].format: the pattern `%x` is not supported: `%x` means something else on another \
         machine",
        ],
    );
    check(
        r#""type": "date", "format": "any""#,
        &[
            "$.fields[0].format: the format `any` is not supported, because it guesses; give a pattern \
         such as `%d.%m.%Y`",
        ],
    );
    check(
        r#""type": "string", "bareNumber": false"#,
        &["$.fields[0].bareNumber: has no meaning for the type `string`"],
    );
    check(
        r#""type": "number", "decimalChar": ",", "groupChar": ",""#,
        &["$.fields[0].groupChar: must differ from `decimalChar`"],
    );
    check(
        r#""type": "number", "decimalChar": "e""#,
        &["$.fields[0].decimalChar: must be one character, and no letter, digit or sign"],
    );
    check(
        r#""type": "boolean", "trueValues": ["y", "0"]"#,
        &["$.fields[0]: `0` means both true and false"],
    );
    check(
        r#""type": "boolean", "trueValues": [], "falseValues": [1]"#,
        &[
            "$.fields[0].trueValues: must not be empty",
            "$.fields[0].falseValues[0]: must be a string, not a number",
        ],
    );
    check(r#""missingValues": ["", {"value": "-", "label": "none"}]"#, &[]);
    check(
        r#""missingValues": ["", {"valu": "-"}, 5]"#,
        &[
            "$.fields[0].missingValues[1].valu: unknown property of a missing value; did you mean `value`?",
            "$.fields[0].missingValues[1]: `value` is missing",
            "$.fields[0].missingValues[2]: must be a string or an object with a `value`, not a number",
        ],
    );
    assert_eq!(
        problems(
            r#"{"fields": [{"type": "string"}, 5, {"name": " "}, {"name": "a "}, {"name": "\u00a0b"}]}"#
        ),
        [
            "$.fields[0]: `name` is missing",
            "$.fields[1]: must be an object, not a number",
            "$.fields[2].name: must not be blank",
            "$.fields[3].name: must not begin or end with a blank: labels of a file are read without them",
            "$.fields[4].name: must not begin or end with a blank: labels of a file are read without them",
        ]
    );
}

#[test]
fn a_constraint_is_refused_by_path() {
    fn check(field_type: &str, constraints: &str, expect: &[&str]) {
        let json = format!(
            r#"{{"fields": [{{"name": "a", "type": "{field_type}", "constraints": {constraints}}}]}}"#
        );
        let expect: Vec<String> =
            expect.iter().map(|text| format!("$.fields[0].constraints{text}")).collect();
        assert_eq!(problems(&json), expect, "{field_type} {constraints}");
    }
    check("integer", r#"{"required": true, "unique": true, "minimum": 1, "maximum": "9"}"#, &[]);
    check(
        "integer",
        r#"{"minimun": 1}"#,
        &[".minimun: unknown constraint; did you mean `minimum`?"],
    );
    check(
        "any",
        r#"{"jsonSchema": {}}"#,
        &[".jsonSchema: unknown constraint; the type `any` can have `required`, `unique`, `enum`"],
    );
    check(
        "boolean",
        r#"{"minimum": 1}"#,
        &[
            ".minimum: the type `boolean` has no constraint `minimum`, only `required`, `unique`, `enum`",
        ],
    );
    check("integer", "5", &[": must be an object, not a number"]);
    check("integer", r#"{"required": "yes"}"#, &[".required: must be a boolean, not a string"]);
    for (field_type, value) in [
        ("integer", "1.5"),
        ("integer", "\"x\""),
        ("integer", "true"),
        ("number", "\"nan\""),
        ("number", "null"),
        ("date", "\"2024-02-30\""),
        ("date", "20240101"),
        ("year", "10000"),
        ("yearmonth", "[2024, 1]"),
        ("time", "\"25:00:00\""),
    ] {
        check(
            field_type,
            &format!(r#"{{"minimum": {value}}}"#),
            &[&format!(".minimum: is not a value of the type `{field_type}`")],
        );
    }
    check(
        "number",
        r#"{"maximum": 123456789012345678901234567890}"#,
        &[".maximum: write this number as a string, to keep all its digits"],
    );
    check("number", r#"{"maximum": "123456789012345678901234567890"}"#, &[]);
    check(
        "string",
        r#"{"minLength": -1, "maxLength": 2.5}"#,
        &[
            ".minLength: must be a whole number from 0 up",
            ".maxLength: must be a whole number from 0 up",
        ],
    );
    check("string", r#"{"enum": []}"#, &[".enum: must not be empty"]);
    check(
        "integer",
        r#"{"enum": [1, "2", "x", null]}"#,
        &[
            ".enum[2]: is not a value of the type `integer`",
            ".enum[3]: is not a value of the type `integer`",
        ],
    );
    check(
        "string",
        r#"{"pattern": "(?=a)b"}"#,
        &[".pattern: the pattern is not supported: look-around, including look-ahead and \
         look-behind, is not supported"],
    );
    check(
        "string",
        r#"{"pattern": "(a)\\1"}"#,
        &[".pattern: the pattern is not supported: backreferences are not supported"],
    );
    check(
        "string",
        r#"{"pattern": "a)|(b"}"#,
        &[".pattern: the pattern is not supported: unopened group"],
    );
    check(
        "string",
        r#"{"pattern": "[[:alpha:]]"}"#,
        &[".pattern: the pattern is not supported: write `[` inside of brackets as `\\[`"],
    );
}

/// Checks a property `sluice` beside six fields of several types.
fn check_extension(sluice: &str, expect: &[&str]) {
    let json = format!(
        r#"{{"fields": [
            {{"name": "day", "type": "date"}}, {{"name": "month", "type": "yearmonth"}},
            {{"name": "kind"}}, {{"name": "maker"}}, {{"name": "price", "type": "number"}},
            {{"name": "note"}}
        ], "sluice": {sluice}}}"#
    );
    let expect: Vec<String> = expect.iter().map(|text| format!("$.sluice{text}")).collect();
    assert_eq!(problems(&json), expect, "{sluice}");
}

#[test]
fn the_extension_is_refused_by_path() {
    check_extension("{}", &[]);
    check_extension(
        r#"{"maxRejectrate": 0.1}"#,
        &[".maxRejectrate: unknown property of `sluice`; did you mean `maxRejectRate`?"],
    );
    check_extension(
        r#"{"maxRejectRate": 1.01}"#,
        &[".maxRejectRate: must be a number from 0 to 1"],
    );
    check_extension(
        r#"{"undeclaredColumns": "drop"}"#,
        &[".undeclaredColumns: `drop` is none of `carry`, `refuse`"],
    );
    check_extension(
        r#"{"dialect": {"delimiter": ";;", "quoteChar": "é", "commentChar": "\n", "header": false,
            "doubleQuote": true, "escapeChar": "\\", "delimeter": ","}}"#,
        &[
            ".dialect.escapeChar: `escapeChar` is not supported",
            ".dialect.delimeter: unknown property of a dialect; did you mean `delimiter`?",
            ".dialect.header: only `true` is supported",
            ".dialect.delimiter: must be one ASCII character other than a line break",
            ".dialect.quoteChar: must be one ASCII character other than a line break",
            ".dialect.commentChar: must be one ASCII character other than a line break",
        ],
    );
    check_extension(
        r#"{"dialect": {"delimiter": "\""}}"#,
        &[".dialect: `delimiter`, `quoteChar` and `commentChar` must differ"],
    );
}

#[test]
fn the_facts_are_refused_by_path() {
    check_extension(
        r#"{"facts": {"dimensions": ["kind", "knd", "kind", {"field": "maker", "in": "kind"}]}}"#,
        &[
            ".facts.dimensions[1]: there is no field `knd`; did you mean `kind`?",
            ".facts.dimensions[3].in: unknown property of a dimension; it can be `field`, `within`",
        ],
    );
    check_extension(
        r#"{"facts": {"dimensions": ["kind", "maker", "kind"], "topN": 5,
            "pairs": [["kind", "maker"], ["kind", "kind"], ["kind"], ["kind", "price"]]}}"#,
        &[
            ".facts.dimensions[2]: is there twice",
            ".facts.pairs[1]: must be two different dimensions",
            ".facts.pairs[2]: must be two different dimensions",
            ".facts.pairs[3][1]: is not one of `sluice.facts.dimensions`",
        ],
    );
    check_extension(r#"{"facts": {"topN": 101}}"#, &[".facts.topN: must be from 1 to 100"]);
    check_extension(
        r#"{"facts": {"measures": ["kind"]}}"#,
        &[".facts.measures[0]: `kind` is of type `string`; it must be one of `integer`, `number`"],
    );
    check_extension(
        r#"{"facts": {"measures": [{"field": "price", "bins": [
            {"label": "a", "below": 5}, {"label": "b", "to": 5}, {"label": "a", "below": 5},
            {"label": "c"}, {"label": "d", "to": 9}]}]}}"#,
        &[
            ".facts.measures[0].bins[2]: there is another bin `a`",
            ".facts.measures[0].bins[2]: must end above the bin before it",
            ".facts.measures[0].bins[3]: the last bin, and only that, has neither `below` nor `to`",
            ".facts.measures[0].bins[4]: the last bin, and only that, has neither `below` nor `to`",
        ],
    );
    check_extension(
        r#"{"facts": {"time": {"field": "month", "by": "day"}}}"#,
        &[".facts.time.by: the field tells no more than the month"],
    );
    check_extension(
        r#"{"facts": {"time": {"field": "kind", "by": "day"}}}"#,
        &[".facts.time.field: `kind` is of type `string`; it must be one of `date`, `datetime`, \
         `yearmonth`, `year`"],
    );
    check_extension(
        r#"{"facts": {"text": {"field": "price", "by": ["kind"]}}}"#,
        &[".facts.text.field: `price` is of type `number`; it must be one of `string`, `any`"],
    );
}

#[test]
fn a_statement_is_refused_by_path() {
    let facts = r#""facts": {"dimensions": ["kind", "maker"], "measures": ["price"],
        "text": {"field": "note", "by": ["maker"]}}"#;
    check_extension(
        &format!(
            r#"{{{facts}, "analysis": {{"insights": [
                {{"kind": "x", "about": {{"dimension": "kind"}}, "top": 11}},
                {{"kind": "x", "about": {{"dimension": "note"}}}},
                {{"kind": "Not This", "about": {{"text": "note", "by": "kind"}}}},
                {{"kind": "x", "about": {{"bins": "price"}}}},
                {{"kind": "x", "about": {{"bin": "price"}}}},
                {{"kind": "x", "about": {{"text": "note", "by": "maker"}}}},
                {{"kind": "x", "about": {{"measure": "price"}}}}]}}}}"#
        ),
        &[
            ".analysis.insights[0].top: must be from 1 to 10",
            ".analysis.insights[1].about.dimension: is not one of `sluice.facts.dimensions`",
            ".analysis.insights[2].kind: must be in snake_case: at most 64 of a to z, 0 to 9 and `_`",
            ".analysis.insights[2].about.by: is not one of `sluice.facts.text.by`",
            ".analysis.insights[3].about.bins: this measure has no bins",
            ".analysis.insights[4].about: must be one of `dimension`, `measure`, `bins`, `bins` with \
             `bin`, `text`, `text` with `by`",
        ],
    );
    check_extension(
        &format!(
            r#"{{{facts}, "analysis": {{"anomalies": [
                {{"kind": "x", "about": {{"text": "note"}}}}, {{"kind": "x", "about": {{"text": "note"}}}},
                {{"kind": "y", "about": {{"text": "note"}}, "breif": ""}}]}}}}"#
        ),
        &[
            ".analysis.anomalies[2].breif: unknown property of a statement; did you mean `brief`?",
            ".analysis.anomalies[1]: there is another `x`",
        ],
    );
}
