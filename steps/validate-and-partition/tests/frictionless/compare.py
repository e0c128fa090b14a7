"""Compares Sluice with the PyPI package frictionless, error by error.

    python compare.py SLUICE [--rows N] [--seed S] [--keep DIR]

SLUICE is the program, called as `SLUICE validate FILE --contract CONTRACT --output json`. First every sample of the project is compared, then files of mutated rows under
contracts that together use every type, format and constraint, both kinds of key, missing values,
ragged rows, quotes and all line endings. Two results are equal if they have the same set of
(row number, field, code). What is deliberately different is in DELIBERATE, with its reason; anything
else is printed, and the exit code is 1.
"""

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from frictionless import Dialect, Resource, Schema, formats

V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
SAMPLES = Path(__file__).resolve().parents[4] / "samples"

# The differences that may be there: a name, the reason, and whether it explains that `side` alone
# ("frictionless" or "sluice") has this code for this cell. `blank` says that ours is `blank-row`.
# The contract's documentation gives the full list; most of it the generator avoids.
DELIBERATE = [
    (
        "blank-row",
        "A row without any value is `blank-row` and nothing else; frictionless adds `primary-key` "
        "where there is one, although there is no key to judge.",
        lambda side, code, cell, field, blank: blank and (side, code) == ("frictionless", "primary-key"),
    ),
    (
        "number-notation",
        "Numbers are finite decimal notation in ASCII: Python's `nan`, `inf`, `1_000`, blanks around "
        "a number and other scripts' digits are type errors.",
        lambda side, code, cell, field, blank: is_python_number(cell, field)
        and (side, code) in (("sluice", "type-error"), ("frictionless", "constraint-error")),
    ),
    (
        "grouped-integer",
        "`groupChar` counts for integers too, as version 2 of the standard says.",
        lambda side, code, cell, field, blank: "groupChar" in field
        and (side, code, field["type"]) == ("frictionless", "type-error", "integer"),
    ),
    (
        "bare-point",
        "With `bareNumber: false` the point of `.5` is no currency sign: 0.5, and not 5.",
        lambda side, code, cell, field, blank: field.get("bareNumber") is False
        and (side, code, cell[:1]) == ("sluice", "type-error", "."),
    ),
]


def is_python_number(text, field):
    if field.get("type") not in ("integer", "number"):
        return False
    name = text.strip().lower().lstrip("+-")
    return (
        text != text.strip() or "_" in text or not text.isascii() or name in ("nan", "inf", "infinity")
    )


def reasons(theirs, ours, cells, fields):
    """The names of the deliberate differences that explain the row; None if they do not."""
    names = set()
    blank = (None, "blank-row") in ours
    for field, code in theirs ^ ours:
        side = "frictionless" if (field, code) in theirs else "sluice"
        cell, descriptor = cells.get(field, ""), fields.get(field, {})
        name = next((d[0] for d in DELIBERATE if d[2](side, code, cell, descriptor, blank)), None)
        if name is None:
            return None
        names.add(name)
    return names


def field(name, type_="string", **rest):
    constraints = rest.pop("constraints", None)
    descriptor = {"name": name, "type": type_, **rest}
    if constraints:
        descriptor["constraints"] = constraints
    return descriptor


NUMBERS = [
    "0", "1", "-1", "+1", "01", "1.0", "1.50", ".5", "5.", "1e3", "1E-2", "-0", "999999999999999999999",
    "1.2.3", "1e", "e1", "--1", "abc", "1 000", "0x10", "1,5", "", "N/A", "null", "-", "+", "1e400",
]
ODD_NUMBERS = ["nan", "inf", "-Infinity", "1_000", " 12", "12 ", "٣", "NaN"]
TEXTS = [
    "a", "ab", "abc", "", "N/A", "-", "é", "日本", "a b", " a ", "x" * 50, "'", "a'b", "A", "n/a", "abc\ndef",
    "a\r\nb", 'say "hi"', "1", "a,b", "a;b", "\t", "\u00a0", "null", "NULL", "#x", "=1+1", "\u200b",
]
DATES = [
    "2024-01-31", "2024-02-29", "2023-02-29", "2024-13-01", "2024-1-5", "20240131", "31/01/2024", "1/2/2024",
    "2024-01-31T00:00:00", "", "N/A", "0001-01-01", "9999-12-31", "10000-01-01", "2024-00-10", "yesterday", " 2024-01-31",
]
DATETIMES = [
    "2024-01-31T10:20:30Z", "2024-01-31T10:20:30", "2024-01-31T10:20:30+02:00", "2024-01-31 10:20:30",
    "2024-01-31T10:20", "2024-01-31T25:00:00Z", "2024-01-31", "", "2024-01-31T10:20:30.123Z", "31/01/2024 10:20", "x",
]
# A time with a zone is not compared with one without, on which frictionless raises an exception.
TIMES = ["10:20:30", "10:20", "24:00:00", "23:59:59", "09:59:59", "10.20", "", "10:60:00", "1:2:3", "102030"]
BOOLEANS = ["true", "false", "True", "FALSE", "TRUE", "1", "0", "yes", "no", "ja", "nein", "", "t", "tRue"]
YEARS = ["2024", "0", "-2024", "24", "02024", "20245", "", "abcd", "2024.0", "1999", "+2024", "9999", "0000"]
MONTHS = ["2024-01", "2024-1", "2024-13", "2024-00", "202401", "", "2024", "2024-01-01", "0001-12", "x"]
EMAILS = ["a@b.de", "a@b", "@b.de", "a b@c.de", "", "a@b@c.de", "first.last+tag@sub.example.com", "x"]
URIS = ["http://example.com", "example.com", "http://", "mailto:a@b.de", "urn:isbn:1", "", "http://a b", "ftp://x.y/z?q#f"]
UUIDS = ["123e4567-e89b-42d3-a456-426614174000", "123E4567-E89B-42D3-A456-426614174000", "123e4567e89b42d3a456426614174000", "x", "", "123e4567-e89b-12d3-a456-426614174000"]

# (name, descriptor, values by field, dialect)
CONTRACTS = [
    (
        "strings",
        {
            "fields": [
                field("id", constraints={"required": True, "minLength": 1, "maxLength": 3}),
                field("code", constraints={"pattern": "[a-z]+", "unique": True}),
                field("choice", constraints={"enum": ["a", "ab", "é"]}),
                field("mail", format="email"),
                field("link", format="uri"),
                field("uuid", format="uuid"),
                field("note"),
            ],
            "missingValues": ["", "N/A"],
        },
        {"mail": EMAILS, "link": URIS, "uuid": UUIDS},
        {},
    ),
    (
        "numbers",
        {
            "fields": [
                field("n", "number", constraints={"required": True, "minimum": 0, "maximum": 1000}),
                field("i", "integer", constraints={"exclusiveMinimum": 0, "exclusiveMaximum": 100}),
                field("u", "integer", constraints={"unique": True}),
                field("e", "number", constraints={"enum": [1, 1.5, "5"]}),
                field("bare", "number", bareNumber=False),
                field("bareint", "integer", bareNumber=False),
                field("plain", "number"),
            ],
            "primaryKey": ["n", "i"],
        },
        {
            "bare": NUMBERS + ["EUR 5", "5 %", "$1.50", "€1", "1.5 kg"],
            "bareint": NUMBERS + ["EUR 5", "5 %", "12kg"],
        },
        {},
    ),
    (
        "notation",
        {
            "fields": [
                field("id", "integer", constraints={"required": True}),
                field("amount", "number", decimalChar=",", groupChar="."),
                field("grouped", "number", groupChar=","),
                field("group_int", "integer", groupChar=" "),
            ],
            "primaryKey": ["id"],
            "missingValues": ["", "-"],
        },
        {
            "amount": ["1.234,50", "1234,5", ",5", "1.2.3,4", "12,34,5", "", "-", "1,5", "-1,5", "abc"],
            "grouped": ["1,234.5", "1234.5", "1,2,3", ",", "", "12", "1,234,567"],
            "group_int": ["1 234", "1234", "12", "", "1.5", "1 2 3"],
        },
        {"delimiter": ";"},
    ),
    (
        "times",
        {
            "fields": [
                field("d", "date", constraints={"minimum": "2000-01-01", "maximum": "2024-12-31"}),
                field("d2", "date", format="%d/%m/%Y"),
                field("dt", "datetime"),
                field("dt2", "datetime", format="%d/%m/%Y %H:%M"),
                field("t", "time", constraints={"minimum": "10:00:00"}),
                field("y", "year", constraints={"minimum": 1990}),
                field("ym", "yearmonth"),
            ],
        },
        {"d": DATES, "d2": DATES, "dt": DATETIMES, "dt2": DATETIMES, "t": TIMES, "y": YEARS, "ym": MONTHS},
        {"quoteChar": "'"},
    ),
    (
        "words",
        {
            "fields": [
                field("b", "boolean"),
                field("b2", "boolean", trueValues=["ja", "1"], falseValues=["nein", "0"]),
                field("a", "any", constraints={"required": True}),
                field("k1", "integer"),
                field("k2", "string", missingValues=["", "null"]),
            ],
            "primaryKey": ["k1", "k2"],
        },
        {"b": BOOLEANS, "b2": BOOLEANS, "k1": ["1", "2", "01", "", "x", "3"], "k2": ["a", "b", "", "null", "c"]},
        {"commentChar": "#"},
    ),
    (
        "single",
        {"fields": [field("only", "integer", constraints={"required": True})]},
        {},
        {},
    ),
]


def values_of(descriptor, values):
    """The values to choose from, for each field."""
    by_type = {"number": NUMBERS, "integer": NUMBERS}
    return {
        one["name"]: values.get(one["name"], by_type.get(one["type"], TEXTS))
        for one in descriptor["fields"]
    }


def write_cell(text, dialect, rng):
    delimiter, quote = dialect.get("delimiter", ","), dialect.get("quoteChar", '"')
    must = any(char in text for char in (delimiter, quote, "\n", "\r"))
    if must or rng.random() < 0.1:
        return quote + text.replace(quote, quote * 2) + quote
    return text


def generate(descriptor, values, dialect, rows, rng, odd):
    """A file of mutated rows: bytes."""
    delimiter, quote = dialect.get("delimiter", ","), dialect.get("quoteChar", '"')
    names = [one["name"] for one in descriptor["fields"]]
    pools = values_of(descriptor, values)
    endings = rng.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\r\n", "\r"]])
    keys = {one["name"] for one in descriptor["fields"] if one.get("constraints", {}).get("unique")}
    keys.update(descriptor.get("primaryKey", []))
    header = names[:]
    if rng.random() < 0.5:
        rng.shuffle(header)
    if rng.random() < 0.3:
        header.insert(rng.randrange(len(header) + 1), "undeclared")
    text = delimiter.join(header) + rng.choice(endings)
    for _ in range(rows):
        cells = []
        for name in header:
            pool = pools.get(name, TEXTS)
            # Not in a key: a value that only one side can read has consequences in other rows.
            if odd and pool is NUMBERS and name not in keys and rng.random() < 0.1:
                pool = ODD_NUMBERS
            value = str(rng.randrange(5000)) if pool is NUMBERS and rng.random() < 0.3 else rng.choice(pool)
            cells.append(write_cell(value, dialect, rng))
        shape = rng.random()
        if shape < 0.02:
            cells = []
        elif shape < 0.04:
            cells = [""] * len(header)
        elif shape < 0.07:
            cells = cells[: rng.randrange(len(cells) + 1)]
        elif shape < 0.10:
            cells += [rng.choice(["", "x", "1"]) for _ in range(rng.randrange(1, 4))]
        elif shape < 0.12:
            at = rng.randrange(len(cells))
            odd_quotes = [f"a{quote}b", f"{quote}a{quote}b", f"{quote}a{quote} ", f"{quote}a{quote}{quote}b{quote}"]
            cells[at] = rng.choice(odd_quotes)
        line = delimiter.join(cells)
        if cells == [""]:
            line = rng.choice(["", quote * 2])
        text += line + rng.choice(endings)
    return text.encode()


def control(dialect):
    return formats.CsvControl(
        delimiter=dialect.get("delimiter", ","),
        quote_char=dialect.get("quoteChar", '"'),
        line_terminator="\r\n",
        double_quote=True,
        skip_initial_space=False,
    )


def frictionless_errors(path, contract):
    """(row number, field, code) for each error, and the cells of the rows by field."""
    dialect = contract.get("sluice", {}).get("dialect", {})
    schema = {key: value for key, value in contract.items() if key != "sluice"}
    schema.update({"$schema": V2, "fieldsMatch": "partial"})
    resource = Resource(
        path=path.name,
        basepath=str(path.parent),
        schema=Schema.from_descriptor(schema),
        encoding="utf-8",
        dialect=Dialect(controls=[control(dialect)], comment_char=dialect.get("commentChar")),
    )
    errors, cells, rows = Counter(), {}, 0
    with resource:
        for error in resource.header.errors:
            errors[(0, error.field_name or None, error.type)] += 1
        for row in resource.row_stream:
            rows += 1
            labels = row.field_names
            cells[row.row_number] = dict(zip(labels, row.cells))
            for error in row.errors:
                errors[(row.row_number, getattr(error, "field_name", None) or None, error.type)] += 1
    return errors, cells, rows


def our_errors(command, path, contract_path):
    arguments = ["validate", path, "--contract", contract_path, "--output", "json"]
    output = subprocess.run([*command, *arguments], capture_output=True, check=False)
    if output.returncode not in (0, 1, 2) or not output.stdout:
        raise SystemExit(f"{command} failed on {path}: {output.stderr.decode()}")
    result = json.loads(output.stdout)
    errors = Counter()
    for error in result.get("errors", []):
        errors[(error["row_number"], error["field"], error["code"])] += 1
    return errors, result


def compare(name, command, path, contract_path, contract, notes, scratch=None):
    """Prints what differs; gives the number of rows compared and of differences.

    With a scratch folder the file may have what frictionless cannot bound to a record: bytes that are
    no UTF-8, whose rows are left out, and a quote that is never closed, at whose row it stops.
    """
    ours, result = our_errors(command, path, contract_path)
    if scratch:
        text = path.read_bytes().decode("utf-8", errors="replace")
        path = scratch / path.name
        path.write_bytes(text.encode())
    theirs, cells, rows = frictionless_errors(path, contract)
    if scratch:
        garbled = {key[0] for key in ours if key[2] == "encoding-error"}
        end = min((key[0] for key in ours if key[2] == "record-too-long"), default=rows + 2)
        ours, theirs = (
            Counter({k: n for k, n in side.items() if k[0] < end and k[0] not in garbled})
            for side in (ours, theirs)
        )
        rows = end - 2
    elif result["records"] != rows:
        print(f"{name}: frictionless reads {rows} records, Sluice {result['records']}")
        return rows, 1
    differences = 0
    fields = {one["name"]: one for one in contract["fields"]}
    for number in sorted({key[0] for key in (theirs | ours)}):
        their = {key[1:]: count for key, count in theirs.items() if key[0] == number}
        our = {key[1:]: count for key, count in ours.items() if key[0] == number}
        if their == our:
            continue
        row = cells.get(number, {})
        names = reasons(set(their), set(our), row, fields)
        if names:
            notes.update(names)
            continue
        differences += 1
        if differences <= 15:
            print(f"{name} row {number}: frictionless {sorted(map(str, their.items()))}")
            print(f"    Sluice {sorted(map(str, our.items()))}\n    {row}")
    return rows, differences


def samples():
    for contract_path in sorted(SAMPLES.glob("*/contract.json")):
        for path in sorted(contract_path.parent.glob("*.csv")):
            yield path, contract_path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sluice", nargs="+", help="the program")
    parser.add_argument("--rows", type=int, default=12_000, help="mutated rows in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the generated files")
    options = parser.parse_args()
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    notes, rows, differences = Counter(), 0, 0

    def add(result):
        nonlocal rows, differences
        rows, differences = rows + result[0], differences + result[1]

    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for path, contract_path in samples():
            contract = json.loads(contract_path.read_text())
            title = f"{path.parent.name}/{path.name}"
            add(compare(title, options.sluice, path, contract_path, contract, notes, folder))
        rng = random.Random(options.seed)
        files = 4
        each = max(1, options.rows // (len(CONTRACTS) * files))
        for name, descriptor, values, dialect in CONTRACTS:
            contract = {**descriptor, "$schema": V2, "sluice": {"dialect": dialect}}
            contract_path = folder / f"{name}.json"
            contract_path.write_text(json.dumps(contract))
            for number in range(files):
                path = folder / f"{name}-{number}.csv"
                path.write_bytes(generate(descriptor, values, dialect, each, rng, odd=number == 0))
                title = f"{name}-{number}"
                add(compare(title, options.sluice, path, contract_path, contract, notes))
    for name, reason, _ in DELIBERATE:
        print(f"deliberate, {notes[name]} rows: {name}: {reason}")
    print(f"{rows} rows compared, {differences} differ (seed {options.seed})")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
