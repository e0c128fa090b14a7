//! The types and formats of the standard by their names, and which type has what.

use crate::named_enum;

named_enum! {
    /// The type of a field, by its name in the standard.
    pub enum FieldType {
        /// Text.
        String = "string",
        /// A whole number.
        Integer = "integer",
        /// A decimal number.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// A day of the Gregorian calendar.
        Date = "date",
        /// A date and a time of day.
        DateTime = "datetime",
        /// A time of day.
        Time = "time",
        /// A calendar year.
        Year = "year",
        /// A calendar month.
        YearMonth = "yearmonth",
        /// Text of a field that has no type.
        Any = "any",
    }
}

impl FieldType {
    /// Whether one value is less than another, so that there can be bounds.
    pub const fn has_order(self) -> bool {
        match self {
            Self::Integer
            | Self::Number
            | Self::Date
            | Self::DateTime
            | Self::Time
            | Self::Year
            | Self::YearMonth => true,
            Self::String | Self::Boolean | Self::Any => false,
        }
    }

    /// Whether `format` can be a pattern such as `%d.%m.%Y`.
    pub const fn has_patterns(self) -> bool {
        match self {
            Self::Date | Self::DateTime | Self::Time => true,
            Self::String
            | Self::Integer
            | Self::Number
            | Self::Boolean
            | Self::Year
            | Self::YearMonth
            | Self::Any => false,
        }
    }
}

named_enum! {
    /// The name of a format in the standard.
    pub enum FormatName {
        /// What the type reads if nothing is said.
        Default = "default",
        /// An email address.
        Email = "email",
        /// Text that begins with the scheme of a URI.
        Uri = "uri",
        /// A universally unique identifier.
        Uuid = "uuid",
    }
}

impl FormatName {
    /// Whether a field of this type can have the format.
    pub const fn applies_to(self, field_type: FieldType) -> bool {
        match self {
            Self::Default => true,
            Self::Email | Self::Uri | Self::Uuid => matches!(field_type, FieldType::String),
        }
    }
}
