//! Synthetic `smartphone-sales` files of any size, for trying out, measuring and testing.
//!
//! Brands, models and reviews are invented. The same options give the same bytes, everywhere and in
//! every version that keeps the golden test.

use std::io::{self, Write};

/// What to generate.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// Records, the header excluded.
    pub(crate) rows: u64,
    /// The share of records that are to be rejected, 0 to 1.
    pub(crate) messy_rate: f64,
    /// Equal seeds give equal files.
    pub(crate) seed: u64,
}

const HEADER: &str =
    "order_id,date,model,brand,release_year,price,region,customer_review,ram,storage,color";

/// Writes a file that the sample contract `smartphone-sales` describes.
///
/// Messy rows take turns in the ways of [`Mess`], so that each occurs in every file that has enough
/// of them. Only what `out` says is an error.
pub(crate) fn write(options: Options, out: &mut impl Write) -> io::Result<()> {
    const BUFFER_BYTES: usize = 64 << 10;
    let mut random = Random(options.seed);
    let mut buffer = Vec::with_capacity(2 * BUFFER_BYTES);
    buffer.extend_from_slice(HEADER.as_bytes());
    buffer.push(b'\n');
    // The last order that was written whole, which a duplicate can repeat.
    let mut last_order = None;
    let mut messy: usize = 0;
    for order in 0..options.rows {
        let sale = Sale::new(order, &mut random);
        if random.chance(options.messy_rate) {
            Mess::ALL[messy % Mess::ALL.len()].write(&sale, last_order, &mut buffer)?;
            messy += 1;
        } else {
            sale.write(&mut buffer)?;
            last_order = Some(order);
        }
        if buffer.len() >= BUFFER_BYTES {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()
}

/// `SplitMix64`: small, quick, and the same everywhere.
///
/// Source: <https://prng.di.unimi.it/splitmix64.c>
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is small, so that the bias does not show.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn chance(&mut self, share: f64) -> bool {
        ((self.next() >> 11) as f64) < share * (1_u64 << 53) as f64
    }

    fn choose<T: Copy>(&mut self, from: &[T], fallback: T) -> T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        from.get(index).copied().unwrap_or(fallback)
    }
}

/// A phone: brand, model, year of release, usual price, RAM, storage.
type Phone = (&'static str, &'static str, u64, u64, u64, u64);

const PHONES: [Phone; 18] = [
    ("Auralis", "Nova 3", 2024, 399, 8, 128),
    ("Auralis", "Nova 3 Pro", 2024, 749, 12, 256),
    ("Auralis", "Prism Fold", 2025, 1599, 16, 512),
    ("Borealis", "Frost 11", 2023, 299, 6, 128),
    ("Borealis", "Frost 12", 2024, 349, 8, 128),
    ("Borealis", "Glacier X", 2025, 1099, 16, 512),
    ("Cindera", "Ember", 2024, 199, 4, 64),
    ("Cindera", "Ember Plus", 2024, 259, 6, 128),
    ("Cindera", "Inferno", 2025, 899, 12, 256),
    ("Dunewave", "Drift 5", 2023, 449, 8, 128),
    ("Dunewave", "Drift 6", 2024, 549, 8, 256),
    ("Dunewave", "Mirage Ultra", 2025, 1299, 16, 1024),
    ("Halcyon", "H1", 2023, 649, 8, 128),
    ("Halcyon", "H2", 2024, 799, 12, 256),
    ("Halcyon", "H2 Max", 2024, 1000, 12, 512),
    ("Quillon", "Mini", 2023, 149, 4, 64),
    ("Quillon", "Note", 2024, 500, 8, 256),
    ("Quillon", "Note Studio", 2025, 949, 12, 512),
];

const REGIONS: [&str; 6] =
    ["North America", "South America", "Europe", "Asia", "Africa", "Oceania"];

const COLORS: [&str; 8] =
    ["Black", "White", "Silver", "Midnight Blue", "Forest Green", "Coral", "Graphite", "Lavender"];

/// How a review begins, and how it ends.
const OPENINGS: [&str; 12] = [
    "Excellent camera and a bright screen.",
    "The battery lasts two days with ease.",
    "Good value for the price.",
    "Decent phone for everyday tasks.",
    "Terrible battery and it gets hot.",
    "The screen scratches far too easily.",
    "Fast, light and well built.",
    "Average camera, average battery.",
    "I love the design and the sound.",
    "Disappointing: slow after the first update.",
    "My third \"last phone ever\", and the best.",
    "Setup was easy, transfer took minutes.",
];

const ENDINGS: [&str; 10] = [
    "Would buy it again.",
    "Not sure I would recommend it.",
    "Customer support was friendly and quick.",
    "The charger is sold separately, which is annoying.",
    "Perfect for travel.",
    "Too large for small hands.",
    "Night pictures are wonderful.",
    "It froze twice in the first week.",
    "The fingerprint reader works every time.",
    "Nothing special, nothing bad.",
];

/// One sale.
struct Sale {
    order: u64,
    date: (u64, u64, u64),
    phone: Phone,
    cents: u64,
    region: &'static str,
    review: (&'static str, &'static str),
    ram: Option<u64>,
    storage: Option<u64>,
    color: &'static str,
}

impl Sale {
    fn new(order: u64, random: &mut Random) -> Self {
        let phone = random.choose(&PHONES, PHONES[0]);
        let (_, _, release_year, price, ram, storage) = phone;
        let year = release_year.max(2024) + random.below(2026 - release_year.max(2024));
        // Some 10 % off or on, a few prices with cents.
        let cents = price * (90 + random.below(21));
        let cents = if random.chance(0.8) { cents / 100 * 100 } else { cents };
        Self {
            order,
            date: (year, 1 + random.below(12), 1 + random.below(28)),
            phone,
            cents,
            region: random.choose(&REGIONS, REGIONS[0]),
            review: (random.choose(&OPENINGS, ""), random.choose(&ENDINGS, "")),
            ram: (!random.chance(0.02)).then_some(ram),
            storage: (!random.chance(0.02)).then_some(storage),
            color: random.choose(&COLORS, COLORS[0]),
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        self.write_order(out)?;
        self.write_start(out)?;
        self.write_end(out)
    }

    fn write_order(&self, out: &mut Vec<u8>) -> io::Result<()> {
        write!(out, "ORD{:09},", self.order)
    }

    /// `date` to `brand`, with the comma after it.
    fn write_start(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let ((year, month, day), (brand, model, ..)) = (self.date, self.phone);
        write!(out, "{year}-{month:02}-{day:02},{model},{brand},")
    }

    fn price(&self) -> Price {
        Price { cents: self.cents }
    }

    /// `release_year` to `color`, and the end of the line.
    fn write_end(&self, out: &mut Vec<u8>) -> io::Result<()> {
        write!(out, "{},{},{},", self.phone.2, self.price(), self.region)?;
        self.write_review(out)?;
        out.push(b',');
        write_optional(self.ram, out)?;
        out.push(b',');
        write_optional(self.storage, out)?;
        writeln!(out, ",{}", self.color)
    }

    fn write_review(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let (opening, ending) = self.review;
        if opening.contains('"') {
            return write!(out, "\"{} {ending}\"", opening.replace('"', "\"\""));
        }
        let quote = if opening.contains(',') || ending.contains(',') { "\"" } else { "" };
        write!(out, "{quote}{opening} {ending}{quote}")
    }
}

fn write_optional(value: Option<u64>, out: &mut Vec<u8>) -> io::Result<()> {
    match value {
        Some(value) => write!(out, "{value}"),
        None => out.write_all(b"N/A"),
    }
}

struct Price {
    cents: u64,
}

impl std::fmt::Display for Price {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.cents / 100, self.cents % 100) {
            (whole, 0) => write!(out, "{whole}"),
            (whole, part) => write!(out, "{whole}.{part:02}"),
        }
    }
}

/// A way in which a row is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mess {
    /// More RAM than the contract allows.
    RamTooLarge,
    /// A unit after the number.
    RamWithUnit,
    /// No storage at all.
    StorageZero,
    /// The day before the month.
    DateOtherwise,
    /// A word for a price.
    PriceWord,
    /// A price below nothing.
    PriceNegative,
    /// A region that is not in the list.
    RegionUnknown,
    /// A year in Roman numerals.
    YearRoman,
    /// No model, which is required.
    ModelMissing,
    /// A comma in a review that is not quoted.
    ExtraCell,
    /// The last columns are not there.
    MissingCells,
    /// Nothing but delimiters.
    BlankRow,
    /// The order of an earlier row.
    DuplicateOrder,
    /// No order at all, and so no primary key.
    OrderMissing,
    /// Latin-1 in a file of UTF-8.
    Latin1,
    /// Wrong in more than one cell.
    SeveralErrors,
}

impl Mess {
    /// Every way, in the order in which they take turns.
    const ALL: [Self; 16] = [
        Self::RamTooLarge,
        Self::ExtraCell,
        Self::DateOtherwise,
        Self::DuplicateOrder,
        Self::PriceWord,
        Self::MissingCells,
        Self::RegionUnknown,
        Self::RamWithUnit,
        Self::BlankRow,
        Self::StorageZero,
        Self::ModelMissing,
        Self::Latin1,
        Self::YearRoman,
        Self::OrderMissing,
        Self::PriceNegative,
        Self::SeveralErrors,
    ];

    fn write(self, sale: &Sale, last_order: Option<u64>, out: &mut Vec<u8>) -> io::Result<()> {
        if self == Self::BlankRow {
            return writeln!(out, ",,,,,,,,,,");
        }
        match (self, last_order) {
            (Self::OrderMissing, _) | (Self::DuplicateOrder, None) => out.push(b','),
            (Self::DuplicateOrder, Some(order)) => write!(out, "ORD{order:09},")?,
            _ => sale.write_order(out)?,
        }
        let ((year, month, day), (brand, model, release_year, ..)) = (sale.date, sale.phone);
        match self {
            Self::DateOtherwise => write!(out, "{day:02}/{month:02}/{year},{model},{brand},")?,
            Self::ModelMissing => write!(out, "{year}-{month:02}-{day:02},,{brand},")?,
            Self::DuplicateOrder | Self::OrderMissing => {
                sale.write_start(out)?;
                return sale.write_end(out);
            }
            _ => sale.write_start(out)?,
        }
        let year: &dyn std::fmt::Display =
            if self == Self::YearRoman { &"MMXXIV" } else { &release_year };
        write!(out, "{year},")?;
        match self {
            Self::PriceWord => write!(out, "ask,{},", sale.region)?,
            Self::PriceNegative => write!(out, "-{},{},", sale.price(), sale.region)?,
            Self::RegionUnknown => write!(out, "{},Atlantis,", sale.price())?,
            Self::SeveralErrors => write!(out, "0,Mars,")?,
            Self::MissingCells => return writeln!(out, "{},{}", sale.price(), sale.region),
            _ => write!(out, "{},{},", sale.price(), sale.region)?,
        }
        match self {
            Self::ExtraCell => write!(out, "Good, but heavy.")?,
            Self::Latin1 => out.extend_from_slice(b"Tr\xe8s bien."),
            _ => sale.write_review(out)?,
        }
        let (ram, storage) = (sale.phone.4, sale.phone.5);
        match self {
            Self::RamTooLarge => writeln!(out, ",64,{storage},{}", sale.color),
            Self::RamWithUnit => writeln!(out, ",{ram}GB,{storage},{}", sale.color),
            Self::StorageZero => writeln!(out, ",{ram},0,{}", sale.color),
            Self::SeveralErrors => writeln!(out, ",0,none,{}", sale.color),
            _ => writeln!(out, ",{ram},{storage},{}", sale.color),
        }
    }
}
