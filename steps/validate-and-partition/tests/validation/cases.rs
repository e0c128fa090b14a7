//! One case after the other: a file, and the errors that it has.

use contract::{Contract, reject::RejectCode};
use validate_and_partition::validator::{Event, Validator};

use crate::{CONTRACT, errors};

/// Checks the rows after the header `id,name,size`.
fn check(rows: &str, expect: &str) {
    let file = format!("id,name,size\n{rows}");
    assert_eq!(errors(CONTRACT, file.as_bytes()), expect, "{rows:?}");
}

fn check_file(file: impl AsRef<[u8]>, expect: &str) {
    let file = file.as_ref();
    assert_eq!(errors(CONTRACT, file), expect, "{:?}", String::from_utf8_lossy(file));
}

#[test]
fn cells() {
    check("1,a,1\n2,b,2\n", "");
    check("x,a,1\n", "2 id:type-error, 2 primary-key");
    check("1,abcdef,0\n", "2 name:constraint-error, 2 size:constraint-error");
    check("1,,\n2,N/A,N/A\n", "");
    check(",a,1\n", "2 id:constraint-error, 2 primary-key");
    check("1, a ,1\n", "");
    check("1,a, 1\n", "2 size:type-error");
}

#[test]
fn ragged_rows() {
    check("1,a\n", "2 size:missing-cell");
    check("1\n", "2 name:missing-cell, 2 size:missing-cell");
    check("1,a,1,x\n", "2 extra-cell");
    check("1,a,1,x,\n", "2 extra-cell, 2 extra-cell");
    check("x,a\n", "2 id:type-error, 2 size:missing-cell, 2 primary-key");
    check("1,a,0,x\n", "2 size:constraint-error, 2 extra-cell");
    let many = format!("1,a,1{}\n", ",".repeat(1001));
    check(&many, "2 extra-cell");
}

#[test]
fn missing_cells_are_listed_to_a_bound_and_then_counted() {
    /// The errors of a row that has only its first cell, in a file with so many more columns.
    fn of_short_row(more: usize, label: impl Fn(usize) -> String) -> Vec<(bool, String)> {
        let contract = Contract::from_json(CONTRACT.as_bytes()).unwrap();
        let labels: Vec<String> = (0..more).map(label).collect();
        let mut validator = Validator::new(&contract);
        validator.push(format!("id,{}\n1\n", labels.join(",")).as_bytes());
        validator.finish();
        let mut errors = Vec::new();
        while let Some(event) = validator.next_event() {
            let Event::Rejected(row) = event else { continue };
            assert!(row.errors.iter().all(|error| error.code == RejectCode::MissingCell));
            let all = row.errors.iter().map(|error| (error.field.is_some(), error.message.clone()));
            errors.extend(all);
        }
        assert_eq!(validator.tally().by_code()[&RejectCode::MissingCell], errors.len() as u64);
        errors
    }
    let listed = of_short_row(1000, |column| format!("c{column}"));
    assert_eq!(listed.len(), 1000);
    assert_eq!(listed[0], (true, "the row ends after 1 of 1001 cells".to_owned()));
    assert_eq!(
        of_short_row(1001, |column| format!("c{column}")),
        [(false, "1,001 cells are missing: the row ends after 1 of 1002 cells".to_owned())]
    );
    // Few columns, but with labels that would make a row of two bytes a large one.
    assert_eq!(of_short_row(64, |column| format!("{column:01000}")).len(), 64);
    assert_eq!(
        of_short_row(66, |column| format!("{column:01000}")),
        [(false, "66 cells are missing: the row ends after 1 of 67 cells".to_owned())]
    );
}

#[test]
fn blank_rows() {
    check("\n1,a,1\n", "2 blank-row");
    check(",,\nN/A,,N/A\n", "2 blank-row, 3 blank-row");
    check(",\n", "2 blank-row");
    check(",,,,x\n", "2 blank-row");
    check("\"\"\n", "2 blank-row");
    check("1,a,1\n\n", "3 blank-row");
    check(" ,,\n", "2 id:type-error, 2 primary-key");
}

#[test]
fn line_endings() {
    check("1,a,1\r\n2,b,2\n3,c,3\r4,d,x", "5 size:type-error");
    check("1,\"a\nb\",1\n2,\"a\r\nb\",2\nx,c,3\n", "4 id:type-error, 4 primary-key");
    check_file("id,name,size\r\n1,a,1\r\n", "");
    check_file("id,name,size\r1,a,1\rx,b,2\r", "3 id:type-error, 3 primary-key");
    check_file("id,name,size", "");
}

#[test]
fn bytes_that_are_no_text() {
    check_file(b"\xef\xbb\xbfid,name,size\n1,a,1\n", "");
    check_file(b"id,name,size\n1,\xff,1\n2,b,2\n", "2 encoding-error");
    check_file(b"id,name,size\nx,\xff\n", "2 encoding-error");
    check("1,a\0b,1\n\0,b,2\n", "3 id:type-error, 3 primary-key");
}

#[test]
fn quotes() {
    check("1,\"a\"\"b\",1\n2,a\"b,2\n3,\"a\"b,3\n", "");
    check("1,\"a,1\n2,b,2\n", "2 record-too-long");
    check("1,a,1\n2,b,2\n3,\"c", "4 record-too-long");
    check("1,\"abcdef\"\"\",1\n", "2 name:constraint-error");
}

#[test]
fn keys_are_unique_in_the_whole_file() {
    check("1,a,1\n2,b,2\n1,c,3\n", "4 primary-key");
    check("1,a,1\n01,b,2\n+1,c,3\n", "3 primary-key, 4 primary-key");
    check("1,a,7\n2,b,07\n3,c,7\n", "3 size:unique-error, 4 size:unique-error");
    check("1,a,\n2,b,\n", "");
    // A key counts although its row is rejected.
    check("1,abcdef,1\n1,b,2\n", "2 name:constraint-error, 3 primary-key");
    check(
        "1,a,0\n2,b,0\n",
        "2 size:constraint-error, 3 size:constraint-error, 3 size:unique-error",
    );
    check("1,a\n1,b,2\n", "2 size:missing-cell, 3 primary-key");
    // What cannot be read has no key.
    check("1,a,1\n1,a,1\n", "3 size:unique-error, 3 primary-key");
    check_file(b"id,name,size\n1,\xff,1\n1,a,1\n", "2 encoding-error");
}

#[test]
fn a_key_of_two_fields() {
    let contract = r#"{
        "fields": [{ "name": "a", "type": "string" }, { "name": "b", "type": "integer" },
            { "name": "c", "type": "string" }],
        "primaryKey": ["a", "b"], "sluice": { "maxRejectRate": 1 }
    }"#;
    let check = |rows: &str, expect: &str| {
        assert_eq!(errors(contract, format!("c,b,a\n{rows}").as_bytes()), expect, "{rows:?}");
    };
    check("x,1,p\nx,2,p\nx,1,q\n", "");
    check("x,1,p\ny,01,p\n", "3 primary-key");
    // A part may be missing, and is then a value like any other; a wrong one is missing.
    check("x,1,\nx,1,\n", "3 primary-key");
    check("x,1,p\nx,,p\nx,,p\n", "4 primary-key");
    check("x,?,p\nx,,p\n", "2 b:type-error, 3 primary-key");
    check("x,,\nx,?,\n", "2 primary-key, 3 b:type-error, 3 primary-key");
    // The parts do not run into each other.
    check("x,1,p\nx,11,\nx,,p1\n", "");
    let same_type = contract.replace(r#"["a", "b"]"#, r#"["a", "c"]"#);
    assert_eq!(errors(&same_type, b"a,b,c\nx,1,\n,1,x\nx,1,\n"), "4 primary-key");
}

#[test]
fn columns_are_matched_by_name() {
    check_file("size,id,name\n1,1,a\nx,2,b\n", "3 size:type-error");
    check_file(" id , name\n1,a\n", "");
    check_file(
        "id,extra,name\n1,,a\n,,\n,x,\n",
        "3 blank-row, 4 id:constraint-error, 4 primary-key",
    );
    check_file("id\n1\nx\n", "3 id:type-error, 3 primary-key");
    check_file("id,extra\n1\n", "2 extra:missing-cell");
}

#[test]
fn a_wrong_header_refuses_the_file() {
    check_file("", "refused source-error");
    check_file("\u{feff}", "refused source-error");
    check_file("\n1,a,1\n", "refused blank-header");
    check_file(" ,\n1,a,1\n", "refused blank-header");
    check_file("id,,size\n", "refused blank-label");
    check_file("id,name,size,name\n", "refused duplicate-label");
    check_file("x,x,id\n", "refused duplicate-label");
    check_file("id,source_file\n1,x\n", "refused duplicate-label");
    check_file("id,processed_at,correlation_id,source_file\n", "refused duplicate-label");
    check_file("id,processed_at\n1,x\n", "");
    check_file(format!("id,{}\n1,x\n", "é".repeat(1000)), "");
    check_file(format!("id,{}\n1,x\n", "é".repeat(1001)), "refused source-error");
    check_file("name,size\n", "refused missing-label");
    check_file("ID,name,size\n", "refused missing-label");
    check_file("id;name;size\n", "refused missing-label");
    check_file(b"\xff\xfei\0d\0\n\0", "refused source-error");
    check_file(b"i\0d\0,\0x\0\n", "refused source-error");
    check_file(b"PK\x03\x04\x14\0", "refused source-error");
    check_file(b"id,n\xffme\n", "refused source-error");
    check_file("id,\"name,size\n1,a,1\n", "refused source-error");
    let wide: Vec<String> = (0..20_000).map(|column| format!("c{column}")).collect();
    check_file(format!("id,{}\n", wide.join(",")), "refused source-error");
}

#[test]
fn a_refusal_says_what_was_found() {
    fn check(file: &str, expect: &str) {
        check_with(CONTRACT, file, expect);
    }
    fn check_with(contract: &str, file: &str, expect: &str) {
        let contract = Contract::from_json(contract.as_bytes()).unwrap();
        let mut validator = Validator::new(&contract);
        validator.push(file.as_bytes());
        validator.finish();
        while validator.next_event().is_some() {}
        assert_eq!(validator.refusal().unwrap().message, expect);
    }
    check(
        "Id,name\n",
        "the header has no column `id`; `Id` may be meant to be `id`; it has `Id`, `name`",
    );
    check("name,size\n", "the header has no column `id`; it has `name`, `size`");
    check(
        "id;name\n",
        "the header has no columns `id`, `name`, `size`; it is a single column, `id;name`, and seems to be separated \
         by `;` instead of `,`",
    );
    check("id,,\n", "columns 2, 3 of 3 have no label in the header");
    check("id,a,b,a,b\n", "the header has more than one column `a`, `b`");
    check("", "the file is empty");
    check(
        &format!("id,{}\n", "é".repeat(1001)),
        &format!(
            "the label of column 2, `{}…`, is longer than 1,000 characters; is the first row the \
             header?",
            "é".repeat(80)
        ),
    );
    check(
        "id,source_file\n",
        "the header has a column `source_file`, which the rejected output adds itself; rename it",
    );
    check(
        "id,row_number,raw_record\n",
        "the header has columns `row_number`, `raw_record`, which the rejected output adds itself; \
         rename them",
    );
    check_with(
        &CONTRACT.replace(r#""maxRejectRate": 1"#, r#""lineageColumns": true"#),
        "id, processed_at ,name\n",
        "the header has a column `processed_at`, which the processed output adds itself; rename it",
    );
}

#[test]
fn undeclared_columns_can_be_refused() {
    let contract = CONTRACT.replace(r#""maxRejectRate": 1"#, r#""undeclaredColumns": "refuse""#);
    assert_eq!(errors(&contract, b"id,name,size,extra\n"), "refused source-error");
    assert_eq!(errors(&contract, b"id,name,size\n"), "");
}

#[test]
fn too_many_rejects_refuse_the_file() {
    let contract = CONTRACT.replace(r#""maxRejectRate": 1"#, r#""maxRejectRate": 0.5"#);
    assert_eq!(errors(&contract, b"id\n1\nx\n"), "3 id:type-error, 3 primary-key");
    assert_eq!(
        errors(&contract, b"id\n1\nx\n\n"),
        "3 id:type-error, 3 primary-key, 4 blank-row, refused reject-rate-exceeded"
    );
}

#[test]
fn comments_are_no_records() {
    let contract = CONTRACT.replace(
        r#""maxRejectRate": 1"#,
        r##""maxRejectRate": 1, "dialect": { "commentChar": "#" }"##,
    );
    let file = b"# made by hand\nid,name\n#1,a\n\"#\"\nx,b\n# a \"quote\n2,c\n";
    assert_eq!(errors(&contract, file), "5 id:type-error, 5 primary-key");
    assert_eq!(errors(&contract, b"# nothing else\n"), "refused blank-header");
}
