//! The README's tables of types, formats and constraints, held against what a contract may say.

use contract::{ConstraintName, Contract, ContractError, Field, FieldType, FormatName};

const README: &str = include_str!("../README.md");

/// The cells of the table whose header begins with this cell, row by row.
fn table(first: &str) -> Vec<Vec<&'static str>> {
    let header = format!("| {first} |");
    let lines = README.lines().skip_while(|line| !line.starts_with(&header)).skip(2);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').collect())
        .collect()
}

/// The words of a table's cell that stand between backticks.
fn words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// A field with these properties.
fn field(field_type: FieldType, more: &str) -> Result<Field, ContractError> {
    let name = field_type.as_str();
    let json = format!(r#"{{"fields": [{{"name": "a", "type": "{name}", {more}}}]}}"#);
    Contract::from_json(json.as_bytes()).map(|contract| contract.fields()[0].clone())
}

/// Two cells of the type, the lesser one first.
fn cells(field_type: FieldType) -> [&'static str; 2] {
    match field_type {
        FieldType::String | FieldType::Any => ["a", "b"],
        FieldType::Integer => ["1", "2"],
        FieldType::Number => ["0.1", "0.2"],
        FieldType::Boolean => ["false", "true"],
        FieldType::Date => ["2024-01-01", "2024-01-02"],
        FieldType::DateTime => ["2024-01-01T00:00:00", "2024-01-01T00:00:01"],
        FieldType::Time => ["00:00:00", "00:00:01"],
        FieldType::Year => ["2024", "2025"],
        FieldType::YearMonth => ["2024-01", "2024-02"],
    }
}

/// Whether a field of the type with the constraint checks it; an error if it cannot have it.
fn is_checked(name: ConstraintName, field_type: FieldType) -> Result<bool, ContractError> {
    let [less, more] = cells(field_type);
    let (constraint, cell) = match name {
        ConstraintName::Required | ConstraintName::Unique => ("true".to_owned(), ""),
        ConstraintName::MinLength => ("2".to_owned(), less),
        ConstraintName::MaxLength => ("0".to_owned(), less),
        ConstraintName::Pattern | ConstraintName::Minimum => (format!("\"{more}\""), less),
        ConstraintName::Maximum => (format!("\"{less}\""), more),
        ConstraintName::ExclusiveMinimum | ConstraintName::ExclusiveMaximum => {
            (format!("\"{less}\""), less)
        }
        ConstraintName::Enum => (format!("[\"{less}\"]"), more),
    };
    let field =
        field(field_type, &format!(r#""constraints": {{"{}": {constraint}}}"#, name.as_str()))?;
    let mut broken = 0;
    if let Some(value) = field.read(cell).ok().flatten() {
        field.check(&value, &mut |_| broken += 1);
    }
    Ok(match name {
        ConstraintName::Required => field.required() && broken == 0,
        ConstraintName::Unique => field.unique() && broken == 0,
        _ => broken == 1,
    })
}

#[test]
fn every_type_has_the_formats_of_its_row() {
    let rows = table("type");
    let types: Vec<_> = rows.iter().flat_map(|row| words(row[0])).collect();
    assert_eq!(types, FieldType::ALL.map(FieldType::as_str));
    for (row, field_type) in rows.iter().zip(FieldType::ALL) {
        // A name is a pattern without a directive, and so refused where there are patterns.
        let is_taken = |name: &&str| field(field_type, &format!(r#""format": "{name}""#)).is_ok();
        let names = FormatName::ALL.map(FormatName::as_str);
        let taken: Vec<_> = names.into_iter().filter(is_taken).collect();
        assert_eq!(words(row[1]), taken, "{field_type:?}");
        assert_eq!(row[1].contains("a pattern"), is_taken(&"%H:%M"), "{field_type:?}");
    }
}

#[test]
fn every_constraint_is_for_the_types_of_its_row_and_is_checked() {
    let mut named = Vec::new();
    for row in table("constraint") {
        let every = FieldType::ALL.map(FieldType::as_str).to_vec();
        let types = if row[2].trim() == "every type" { every } else { words(row[2]) };
        for name in words(row[0]) {
            let name =
                ConstraintName::ALL.into_iter().find(|known| known.as_str() == name).unwrap();
            let has_it = |field_type: &FieldType| match is_checked(name, *field_type) {
                Ok(is_checked) => {
                    assert!(is_checked, "{field_type:?} takes {name:?} and does not check it");
                    true
                }
                Err(_) => false,
            };
            let found: Vec<_> = FieldType::ALL.into_iter().filter(has_it).collect();
            assert_eq!(types, found.iter().map(|found| found.as_str()).collect::<Vec<_>>());
            named.push(name);
        }
    }
    named.sort_unstable();
    assert_eq!(named, ConstraintName::ALL);
}
