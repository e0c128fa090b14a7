//! How cells are read and checked: what each type takes, and which constraints a value breaks.

use contract::{Contract, ContractError, Field, FieldType};

/// A field of the given properties.
fn field(properties: &str) -> Result<Field, ContractError> {
    let json = format!(r#"{{"fields": [{{"name": "a", {properties}}}]}}"#);
    Contract::from_json(json.as_bytes()).map(|contract| contract.fields()[0].clone())
}

/// What the field says of the cell: the value in the standard's notation and the rules that it
/// breaks, `missing`, or the rule of the type.
fn read(field: &Field, cell: &str) -> String {
    match field.read(cell) {
        Err(error) => error.to_string(),
        Ok(None) => "missing".to_owned(),
        Ok(Some(value)) => {
            let mut text = value.to_string();
            field.check(&value, &mut |constraint| {
                text.push_str("; ");
                text.push_str(&constraint.to_string());
            });
            text
        }
    }
}

#[test]
fn types_read_cells() {
    fn check(properties: &str, cells: &[(&str, &str)]) {
        let field = field(properties).unwrap();
        for (cell, expect) in cells {
            assert_eq!(read(&field, cell), *expect, "{cell:?} as {properties}");
        }
    }
    check(r#""type": "string""#, &[("x", "x"), (" ", " "), ("", "missing")]);
    check(r#""type": "any""#, &[("x", "x"), ("", "missing")]);
    check(
        r#""type": "integer", "missingValues": ["", "N/A"]"#,
        &[
            ("007", "7"),
            ("", "missing"),
            ("N/A", "missing"),
            ("n/a", "is not an integer"),
            ("1.0", "is not an integer"),
            (" 1", "is not an integer"),
        ],
    );
    check(r#""type": "integer", "missingValues": []"#, &[("", "is not an integer")]);
    check(
        r#""type": "integer", "groupChar": "_""#,
        &[("1_000", "1000"), ("1_0.0", "is not an integer")],
    );
    check(
        r#""type": "number""#,
        &[("1e3", "1000"), ("nan", "is not a number"), ("1,5", "is not a number")],
    );
    check(
        r#""type": "number", "decimalChar": ",", "groupChar": ".""#,
        &[("1.234.567,50", "1234567.5"), ("12", "12"), (",5", "0.5"), ("1,2,3", "is not a number")],
    );
    check(r#""type": "number", "decimalChar": ",""#, &[("1,5", "1.5"), ("1.5", "is not a number")]);
    check(
        r#""type": "number", "bareNumber": false"#,
        &[
            ("€ 95.50", "95.5"),
            ("95%", "95"),
            ("$-5", "-5"),
            ("-$5", "is not a number"),
            ("25 m²", "25"),
            ("$.50", "0.5"),
            ("3٣", "is not a number"),
            ("EUR", "is not a number"),
            ("", "missing"),
        ],
    );
    check(
        r#""type": "number", "bareNumber": false, "decimalChar": ",", "groupChar": " ""#,
        &[("1 234,5 €", "1234.5"), ("€,5", "0.5")],
    );
    check(
        r#""type": "boolean""#,
        &[
            ("true", "true"),
            ("0", "false"),
            (
                "yes",
                "is none of the words for true (true, True, TRUE, 1) and false (false, False, \
                     FALSE, 0)",
            ),
        ],
    );
    check(r#""type": "boolean", "trueValues": ["yes"]"#, &[("yes", "true"), ("False", "false")]);
    check(
        r#""type": "date""#,
        &[("2024-02-29", "2024-02-29"), ("2023-02-29", "is not a date in the form YYYY-MM-DD")],
    );
    check(
        r#""type": "date", "format": "%d.%m.%Y""#,
        &[("1.2.2024", "2024-02-01"), ("2024-02-01", "is not a date in the form %d.%m.%Y")],
    );
    check(
        r#""type": "datetime""#,
        &[
            ("2024-01-26T15:00:00+01:00", "2024-01-26T15:00:00+01:00"),
            ("2024-01-26", "is not a date and time in the form YYYY-MM-DDThh:mm:ss"),
        ],
    );
    check(r#""type": "time", "format": "%H:%M""#, &[("7:05", "07:05:00")]);
    check(r#""type": "time""#, &[("7:05", "is not a time in the form hh:mm:ss")]);
    check(r#""type": "year""#, &[("2024", "2024"), ("24", "is not a year in the form YYYY")]);
    check(
        r#""type": "yearmonth""#,
        &[("2024-7", "2024-07"), ("2024-13", "is not a month in the form YYYY-MM")],
    );
    check(
        r#""format": "email""#,
        &[("a@example.com", "a@example.com"), ("a", "is not an email address")],
    );
    check(r#""format": "uri""#, &[("urn:x", "urn:x"), ("x", "is not a URI")]);
    check(r#""format": "uuid""#, &[("x", "is not a UUID")]);
}

#[test]
fn values_are_checked() {
    fn check(properties: &str, cells: &[(&str, &str)]) {
        let field = field(properties).unwrap();
        for (cell, expect) in cells {
            assert_eq!(read(&field, cell), *expect, "{cell:?} as {properties}");
        }
    }
    check(
        r#""type": "integer", "constraints": {"minimum": 1, "maximum": 32.0}"#,
        &[
            ("1", "1"),
            ("32", "32"),
            ("0", "0; must be at least 1"),
            ("33", "33; must be at most 32"),
            ("99999999999999999999", "99999999999999999999; must be at most 32"),
            ("", "missing"),
        ],
    );
    check(
        r#""type": "number", "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": "0.3"}"#,
        &[
            ("0.29999999999999999999", "0.29999999999999999999"),
            ("0.3", "0.3; must be less than 0.3"),
            ("-0", "0; must be more than 0"),
        ],
    );
    check(
        r#""type": "string", "constraints":
            {"minLength": 2, "maxLength": 3, "pattern": "[a-zß]+|é+", "enum": ["ab", "éé", "x"]}"#,
        &[
            ("ab", "ab"),
            ("éé", "éé"),
            ("x", "x; must have at least 2 characters"),
            ("ßßßß", "ßßßß; must have at most 3 characters; must be one of ab, éé, x"),
            ("éx", "éx; must match the pattern [a-zß]+|é+; must be one of ab, éé, x"),
        ],
    );
    check(
        r#""type": "integer", "constraints": {"enum": ["01", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}"#,
        &[
            ("1", "1"),
            ("002", "2"),
            ("14", "14; must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 1 more"),
        ],
    );
    check(r#""type": "boolean", "constraints": {"enum": [true]}"#, &[("1", "true")]);
    check(
        r#""type": "datetime", "constraints": {"minimum": "2024-01-01T00:00:00Z"}"#,
        &[
            ("2024-01-01T01:00:00+01:00", "2024-01-01T01:00:00+01:00"),
            (
                "2024-01-01T01:00:00+02:00",
                "2024-01-01T01:00:00+02:00; must be at least 2024-01-01T00:00:00Z",
            ),
            ("2030-01-01T00:00:00", "2030-01-01T00:00:00; must be at least 2024-01-01T00:00:00Z"),
        ],
    );
    check(
        r#""type": "year", "constraints": {"minimum": 2000, "maximum": "2024"}"#,
        &[("1999", "1999; must be at least 2000"), ("2024", "2024")],
    );
}

#[test]
fn a_field_tells_what_it_is() {
    let field = field(
        r#""title": "The A", "type": "yearmonth", "constraints": {"required": true, "unique": true}"#,
    ).unwrap();
    assert_eq!(field.name(), "a");
    assert_eq!(field.field_type(), FieldType::YearMonth);
    assert!(field.required() && field.unique());
}

#[test]
fn equal_values_have_equal_keys() {
    fn check(properties: &str, left: &str, right: &str, expect: bool) {
        let field = field(properties).unwrap();
        let key = |cell: &str| {
            let mut key = Vec::new();
            field.read(cell).unwrap().unwrap().write_key(&mut key);
            key
        };
        let equal = field.read(left).unwrap() == field.read(right).unwrap();
        assert_eq!((equal, key(left) == key(right)), (expect, expect), "{left} and {right}");
    }
    check(r#""type": "integer""#, "1", "01", true);
    check(r#""type": "integer""#, "1", "10", false);
    check(r#""type": "number""#, "1.0", "1e0", true);
    check(r#""type": "number""#, "0", "-0.0", true);
    check(r#""type": "boolean""#, "true", "1", true);
    check(r#""type": "string""#, "1", "01", false);
    check(r#""type": "date""#, "2024-01-02", "2024-1-2", true);
    check(r#""type": "datetime""#, "2024-01-01T00:00:00Z", "2024-01-01T02:00:00+02:00", true);
    check(r#""type": "datetime""#, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00", false);
    check(r#""type": "time""#, "10:00:00+02:00", "08:00:00Z", true);
    check(r#""type": "yearmonth""#, "2024-01", "2024-1", true);
}
