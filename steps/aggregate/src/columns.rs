//! The cells of the processed file as columns of codes, a batch at a time.

use std::{borrow::Cow, hash::Hash};

use contract::{
    Bin, Contract, DimensionIndex, Field, FieldIndex, Measure, Period, Value, number::Number,
    record::Record,
};
use pipeline_core::error::{ErrorKind, StepError, StepResult};

use crate::{
    batch::{Batch, Texts},
    codes::{Coder, Codes, MISSING},
    moment::Moment,
};

/// A measure's values, and the segment of each.
pub(crate) struct MeasureColumn {
    measure: Measure,
    coder: Coder<Number>,
    /// By code of a value: its segment, which is the number of its bin.
    segments: Vec<u32>,
    /// The pairs of a segment and a code of the first dimension.
    segment_codes: Codes<[u32; 2]>,
}

impl MeasureColumn {
    pub(crate) fn field(&self) -> FieldIndex {
        self.measure.field
    }

    /// A segment, and the code that the first dimension has in it.
    pub(crate) fn in_segment(&self, code: u32) -> [u32; 2] {
        self.segment_codes.value(code).copied().unwrap_or_default()
    }

    pub(crate) fn bins(&self) -> &[Bin] {
        &self.measure.bins
    }

    pub(crate) fn codes(&self) -> &Codes<Number> {
        &self.coder.codes
    }

    /// The segment of a value, which is the number of its bin.
    pub(crate) fn segment(&self, code: u32) -> u32 {
        self.segments.get(code as usize).copied().unwrap_or(MISSING)
    }
}

/// A dimension's values: the codes of a text, or of two.
struct DimensionColumn {
    /// Indexes into the columns of texts.
    within: Option<usize>,
    text: usize,
    codes: Codes<[u32; 2]>,
}

/// The value of a dimension, if it is not missing, and what it lies within. Missing ones come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DimensionValue<'c> {
    Present { within: Option<&'c str>, value: &'c str },
    Missing,
}

impl DimensionValue<'_> {
    /// What stands in the facts: `Apple iPhone 15` of a model within a brand.
    pub(crate) fn shown(self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Present { within: None, value } => Some(value.to_owned()),
            Self::Present { within: Some(within), value } => Some(format!("{within} {value}")),
        }
    }
}

struct TimeColumn {
    field: FieldIndex,
    by: Period,
    coder: Coder<Moment>,
    range: Option<(Moment, Moment)>,
}

/// What is known of the columns of one processed file, and the batch that is being filled.
pub(crate) struct Columns<'c> {
    contract: &'c Contract,
    width: usize,
    /// By field: its column in the file.
    places: Vec<Option<usize>>,
    /// By field: cells without a value.
    missing: Vec<u64>,
    rows: u64,
    texts: Vec<(FieldIndex, Coder<Box<str>>)>,
    /// By column of texts: the code in the row that is being read.
    text_codes: Vec<u32>,
    /// By dimension: the same.
    dimension_codes: Vec<u32>,
    dimensions: Vec<DimensionColumn>,
    /// Two dimensions, and the pairs of their codes.
    pairs: Vec<([DimensionIndex; 2], Codes<[u32; 2]>)>,
    measures: Vec<MeasureColumn>,
    time: Option<TimeColumn>,
    free_text: Option<FieldIndex>,
    batch: Batch,
}

impl<'c> Columns<'c> {
    /// Finds the contract's fields among the labels of the header.
    ///
    /// `Internal` if a required one is not there: the validator would have refused the file.
    pub(crate) fn new(contract: &'c Contract, header: &Record<'_>) -> StepResult<Self> {
        let labels: Vec<_> = header.labels().collect();
        let place = |field: &Field| labels.iter().position(|label| label == field.name());
        let places: Vec<Option<usize>> = contract.fields().iter().map(place).collect();
        let mut fields = contract.fields().iter().zip(&places);
        if let Some((field, _)) = fields.find(|(field, place)| field.required() && place.is_none())
        {
            let message = "a required column is not in the processed file";
            return Err(StepError::new(ErrorKind::Internal, message).with("field", field.name()));
        }
        let plan = &contract.sluice().facts;
        let mut texts: Vec<(FieldIndex, Coder<Box<str>>)> = Vec::new();
        let mut text = |field: FieldIndex| {
            texts.iter().position(|(other, _)| *other == field).unwrap_or_else(|| {
                texts.push((field, Coder::default()));
                texts.len() - 1
            })
        };
        let dimensions = plan
            .dimensions
            .iter()
            .map(|dimension| DimensionColumn {
                within: dimension.within.map(&mut text),
                text: text(dimension.field),
                codes: Codes::default(),
            })
            .collect();
        let measures = plan
            .measures
            .iter()
            .map(|measure| MeasureColumn {
                measure: measure.clone(),
                coder: Coder::default(),
                segments: Vec::new(),
                segment_codes: Codes::default(),
            })
            .collect();
        let time = plan.time.map(|time| TimeColumn {
            field: time.field,
            by: time.by,
            coder: Coder::default(),
            range: None,
        });
        let mut columns = Self {
            contract,
            width: labels.len(),
            places,
            missing: vec![0; contract.fields().len()],
            rows: 0,
            text_codes: vec![MISSING; texts.len()],
            texts,
            dimension_codes: vec![MISSING; plan.dimensions.len()],
            dimensions,
            pairs: plan.pairs.iter().map(|pair| (*pair, Codes::default())).collect(),
            measures,
            time,
            free_text: plan.text.as_ref().map(|text| text.field),
            batch: Batch::default(),
        };
        columns.batch = columns.empty();
        Ok(columns)
    }

    fn empty(&self) -> Batch {
        Batch {
            rows: 0,
            dimensions: vec![Vec::new(); self.dimensions.len()],
            pairs: vec![Vec::new(); self.pairs.len()],
            measures: vec![Vec::new(); self.measures.len()],
            segments: vec![Vec::new(); self.measures.len()],
            time: self.time.as_ref().map(|_| Vec::new()),
            texts: self.free_text.map(|_| Texts::default()),
        }
    }

    /// Appends a row to the batch.
    ///
    /// `Internal` if the record is not what the validator lets through.
    pub(crate) fn read(&mut self, record: &Record<'_>) -> StepResult<()> {
        self.check(record).and_then(|()| self.append(record)).map_err(|error| {
            StepError::new(
                ErrorKind::Internal,
                "the processed file holds a record that is not valid",
            )
            .with("record", record.number())
            .because(error)
        })
    }

    fn check(&self, record: &Record<'_>) -> StepResult<()> {
        let problem = if record.flaw().is_some() {
            "it has no end where it should"
        } else if record.cell_count() != self.width {
            "it has more or fewer cells than the header"
        } else if record.text().is_none() {
            "it is not UTF-8"
        } else {
            return Ok(());
        };
        Err(StepError::new(ErrorKind::Internal, problem))
    }

    fn append(&mut self, record: &Record<'_>) -> StepResult<()> {
        let contract = self.contract;
        let cell =
            |field: FieldIndex| self.places[field.position()].and_then(|place| record.cell(place));
        for ((index, field), missing) in contract.indexed_fields().zip(&mut self.missing) {
            let is_missing = cell(index).is_none_or(|cell| field.is_missing(&cell));
            *missing += u64::from(is_missing);
        }
        for ((index, coder), code) in self.texts.iter_mut().zip(&mut self.text_codes) {
            *code = code_of(coder, contract.field(*index), cell(*index), |value| {
                Some(value.to_string().into_boxed_str())
            })?;
        }
        let dimensions = self.dimensions.iter_mut().zip(&mut self.batch.dimensions);
        for ((dimension, column), code) in dimensions.zip(&mut self.dimension_codes) {
            let within = dimension.within.map_or(MISSING, |text| self.text_codes[text]);
            *code = match self.text_codes[dimension.text] {
                MISSING => MISSING,
                text => dimension.codes.of([within, text])?,
            };
            column.push(*code);
        }
        for ((pair, codes), column) in self.pairs.iter_mut().zip(&mut self.batch.pairs) {
            column
                .push(codes.of(pair.map(|dimension| self.dimension_codes[dimension.position()]))?);
        }
        let columns = self.batch.measures.iter_mut().zip(&mut self.batch.segments);
        for (measure, (codes, segments)) in self.measures.iter_mut().zip(columns) {
            let index = measure.measure.field;
            let code = measure.code(contract.field(index), cell(index))?;
            codes.push(code);
            if let Some(dimension) = self.dimension_codes.first() {
                segments.push(measure.segment_codes.of([measure.segment(code), *dimension])?);
            }
        }
        if let (Some(time), Some(column)) = (&mut self.time, &mut self.batch.time) {
            column.push(time.code(contract.field(time.field), cell(time.field))?);
        }
        if let (Some(index), Some(texts)) = (self.free_text, &mut self.batch.texts) {
            let cell = cell(index);
            let text = match &cell {
                Some(cell) => read(contract.field(index), cell)?.map(|_| &**cell),
                None => None,
            };
            texts.push(text);
        }
        self.batch.rows += 1;
        self.rows += 1;
        Ok(())
    }

    /// The batch that is being filled.
    pub(crate) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// The batch so far; an empty one takes its place.
    pub(crate) fn take_batch(&mut self) -> Batch {
        let empty = self.empty();
        std::mem::replace(&mut self.batch, empty)
    }

    /// Rows in all batches.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// By field: cells without a value.
    pub(crate) fn missing(&self) -> &[u64] {
        &self.missing
    }

    /// The measures, in the order of the contract.
    pub(crate) fn measures(&self) -> &[MeasureColumn] {
        &self.measures
    }

    /// The value that a dimension has by this code.
    pub(crate) fn value(&self, dimension: DimensionIndex, code: u32) -> DimensionValue<'_> {
        let dimension = &self.dimensions[dimension.position()];
        let find = || {
            let [within, text] = *dimension.codes.value(code)?;
            let text_of =
                |column: usize, code: u32| Some(&**self.texts[column].1.codes.value(code)?);
            let within = dimension.within.and_then(|column| text_of(column, within));
            Some(DimensionValue::Present { within, value: text_of(dimension.text, text)? })
        };
        find().unwrap_or(DimensionValue::Missing)
    }

    /// The value that the first dimension has by this code, if there is a dimension.
    pub(crate) fn first_value(&self, code: u32) -> DimensionValue<'_> {
        let first = self.contract.sluice().facts.dimension_indexes().next();
        first.map_or(DimensionValue::Missing, |first| self.value(first, code))
    }

    /// The values that a pair of dimensions has by this code.
    pub(crate) fn pair(&self, index: usize, code: u32) -> [DimensionValue<'_>; 2] {
        let ([left, right], codes) = &self.pairs[index];
        let [left_code, right_code] = codes.value(code).copied().unwrap_or_default();
        [self.value(*left, left_code), self.value(*right, right_code)]
    }

    /// The period that has this code.
    pub(crate) fn moment(&self, code: u32) -> Option<Moment> {
        self.time.as_ref()?.coder.codes.value(code).copied()
    }

    /// The first and the last day, month or year, as far as the field tells.
    pub(crate) fn time_range(&self) -> Option<(Moment, Moment)> {
        self.time.as_ref()?.range
    }
}

impl MeasureColumn {
    fn code(&mut self, field: &Field, cell: Option<Cow<'_, str>>) -> StepResult<u32> {
        let code = code_of(&mut self.coder, field, cell, |value| value.as_number().cloned())?;
        while self.segments.len() <= self.coder.codes.len() {
            let next = u32::try_from(self.segments.len()).unwrap_or(MISSING);
            let bin = self.coder.codes.value(next).and_then(|value| self.measure.bin_of(value));
            self.segments.push(bin.map_or(MISSING, |bin| bin.number));
        }
        Ok(code)
    }
}

impl TimeColumn {
    fn code(&mut self, field: &Field, cell: Option<Cow<'_, str>>) -> StepResult<u32> {
        let Self { by, coder, range, .. } = self;
        code_of(coder, field, cell, |value| {
            let moment = Moment::of(&value)?;
            let (first, last) = range.unwrap_or((moment, moment));
            *range = Some((first.min(moment), last.max(moment)));
            Some(moment.period(*by))
        })
    }
}

/// The code of a cell; [`MISSING`] if there is no such column.
fn code_of<V: Hash + Eq>(
    coder: &mut Coder<V>,
    field: &Field,
    cell: Option<Cow<'_, str>>,
    value: impl FnOnce(Value<'_>) -> Option<V>,
) -> StepResult<u32> {
    let Some(cell) = cell else { return Ok(MISSING) };
    coder.code(&cell, || Ok(read(field, &cell)?.and_then(value)))
}

fn read<'a>(field: &Field, cell: &'a str) -> StepResult<Option<Value<'a>>> {
    field.read(cell).map_err(|error| {
        StepError::new(ErrorKind::Internal, "a cell is not of its field's type")
            .with("field", field.name())
            .because(error)
    })
}
