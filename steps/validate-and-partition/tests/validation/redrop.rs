//! A rejected file that was corrected and dropped again.

use super::*;

const ADDED: &str = "rejection_codes,rejection_reasons,row_number,rejected_at,correlation_id,\
                     source_file,raw_record";

/// Drops a rejected file with the columns `id,name,size` and these rows.
fn drop_again(contract: &str, rows: &str) -> Done {
    run(contract, format!("id,name,size,{ADDED}\n{rows}").as_bytes())
}

#[test]
fn a_corrected_row_becomes_valid_without_the_added_columns() {
    let first = run(CONTRACT, b"id,name,size\n1,a,x\n2,b,2\n3,c,y\n");
    let corrected = first.rejected().replace("1,a,x,", "1,a,9,");
    let done = run(CONTRACT, corrected.as_bytes());
    assert_eq!(done.processed(), "id,name,size\n1,a,9\n");
    assert_eq!(done.rejected_rows()[1][..4], ["3", "c", "y", "size:type-error"]);
    assert_eq!(done.output.undeclared_columns, Vec::<String>::new());
}

#[test]
fn a_row_that_is_still_empty_keeps_its_raw_record() {
    let first = run(CONTRACT, b"id,name,size\n1,\xffa,1\n2,b\n\n4,\"d,4\n5,e,5\n");
    let raw = |done: &Done| -> Vec<String> {
        done.rejected_rows().iter().skip(1).map(|row| row[9].clone()).collect()
    };
    assert_eq!(raw(&first), ["base64:MSz/YSwx", "2,b", "", "4,\"d,4"]);
    let again = run(CONTRACT, &first.files["rejected"]);
    assert_eq!(raw(&again), raw(&first));
    assert!(again.rejected_rows().iter().skip(1).all(|row| row[3] == "blank-row"));
    let third = run(CONTRACT, &again.files["rejected"]);
    assert_eq!(third.files["rejected"], again.files["rejected"]);
}

#[test]
fn the_added_columns_are_never_checked() {
    let done = drop_again(CONTRACT, "1,a,1,,,,,,,\n2,b,2\n3,c,3,x\n4,d,4,,,,,,,,too,many\n5,e\n");
    assert_eq!(done.processed(), "id,name,size\n1,a,1\n2,b,2\n3,c,3\n");
    let codes: Vec<_> = done.rejected_rows().iter().skip(1).map(|row| row[3].clone()).collect();
    assert_eq!(codes, ["extra-cell;extra-cell", "size:missing-cell"]);
}

#[test]
fn marks_of_a_spreadsheet_are_taken_away() {
    // The last row proves that its cell has looked so from the start.
    let rows = "1,'=1+1,1,,,,,,,\n2,''=x,2,,,,,,,\n3,'-5,3,,,,,,,\n4,'=x,4,,,,,,,\"4,'=x,y\"\n";
    let done = drop_again(CONTRACT, rows);
    assert_eq!(done.processed(), "id,name,size\n1,=1+1,1\n2,'=x,2\n3,'-5,3\n4,'=x,4\n");
}

#[test]
fn marks_on_labels_are_taken_away() {
    let first = run(CONTRACT, b"id,=cmd\nx,1\n");
    let mut copy = Vec::new();
    let mut maker = contract::spreadsheet::SpreadsheetCopy::new();
    maker.push(first.rejected().replace("x,1", "1,1").as_bytes(), &mut copy);
    maker.finish(&mut copy);
    assert!(copy.starts_with(b"id,'=cmd,"));
    assert_eq!(run(CONTRACT, &copy).processed(), "id,=cmd\n1,1\n");
}

#[test]
fn a_cell_that_looks_marked_always_brings_its_proof() {
    let done = run(CONTRACT, b"id,name,size\n1,'=x,y\n2,=x,y\n");
    let raw: Vec<_> = done.rejected_rows().iter().skip(1).map(|row| row[9].clone()).collect();
    assert_eq!(raw, ["1,'=x,y", ""]);
}

#[test]
fn only_exactly_those_columns_are_recognised() {
    // What is left of the columns would be in the new rejected file twice.
    let one_less = ADDED.replace(",raw_record", "");
    assert_eq!(
        errors(CONTRACT, format!("id,{one_less}\n1,,,,,,\n").as_bytes()),
        "refused duplicate-label"
    );
    assert_eq!(
        errors(CONTRACT, format!("id,{ADDED},note\n1,,,,,,,,\n").as_bytes()),
        "refused duplicate-label"
    );
    assert_eq!(errors(CONTRACT, format!("id,note,{ADDED}\n1,,,,,,,,\n").as_bytes()), "");
}

#[test]
fn a_rejected_file_of_a_contract_with_lineage_columns_can_be_dropped_again() {
    let contract =
        CONTRACT.replace(r#""maxRejectRate": 1"#, r#""maxRejectRate": 1, "lineageColumns": true"#);
    let first = run(&contract, b"id,name,size\n1,a,x\n");
    let done = run(&contract, first.rejected().replace("1,a,x,", "1,a,9,").as_bytes());
    assert_eq!(
        done.processed(),
        "id,name,size,processed_at,correlation_id,source_file\n\
         1,a,9,2025-06-15T15:06:40Z,run-1,input/file.csv\n"
    );
}

#[test]
fn every_cell_of_a_wide_row_gets_its_own_text_back() {
    let labels: Vec<String> = (0..5000).map(|column| format!("'=label {column}")).collect();
    // One cell in three is not marked.
    let cells: Vec<String> = (0..5000)
        .map(|column| format!("{}={column}", if column % 3 == 0 { "" } else { "'" }))
        .collect();
    let (labels, cells) = (labels.join(","), cells.join(","));
    let file = format!("id,{labels},{ADDED}\n1,{cells},,,,,,,\n");
    let expect = format!("id,{labels}\n1,{cells}\n").replace('\'', "");
    assert_eq!(run(CONTRACT, file.as_bytes()).processed(), expect);
}

#[test]
fn the_added_columns_do_not_count_as_columns_of_the_file() {
    let contract =
        CONTRACT.replace(r#""maxRejectRate": 1"#, r#""maxRejectRate": 1, "lineageColumns": true"#);
    let wide = |columns: usize| -> String {
        let labels: Vec<String> = (0..columns).map(|column| format!("'=c{column}")).collect();
        let lineage = "processed_at,correlation_id,source_file";
        errors(&contract, format!("id,{},{lineage},{ADDED}\n", labels.join(",")).as_bytes())
    };
    assert_eq!(wide(MAX_COLUMNS - 1), "");
    assert_eq!(wide(MAX_COLUMNS), "refused source-error");
}

#[test]
fn it_is_in_the_standard_dialect_whatever_the_contract_says() {
    let contract = CONTRACT.replace(
        r#""maxRejectRate": 1"#,
        r##""maxRejectRate": 1, "dialect": { "delimiter": ";", "quoteChar": "'", "commentChar": "#" }"##,
    );
    let first = run(&contract, b"id;name;size\n1;'a;b';x\n2;'a''b';y\n#3\n");
    assert_eq!(first.rejected_rows()[1][..3], ["1", "a;b", "x"]);
    let corrected = first.rejected().replace(",x,", ",1,").replace(",y,", ",2,");
    let done = run(&contract, corrected.as_bytes());
    assert_eq!(done.processed(), "id;name;size\n1;'a;b';1\n2;'a''b';2\n");
}
