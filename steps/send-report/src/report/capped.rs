//! Lists that say how many items they leave out.

/// A list that may have been cut.
#[derive(Debug, Clone)]
pub(crate) struct Capped<T> {
    pub(crate) items: Vec<T>,
    /// How many are not listed.
    pub(crate) more: usize,
}

impl<T> Capped<T> {
    pub(crate) fn new<I>(all: I, limit: usize) -> Self
    where
        I: IntoIterator<Item = T>,
    {
        let mut all = all.into_iter();
        let items: Vec<T> = all.by_ref().take(limit).collect();
        Self { items, more: all.count() }
    }

    pub(crate) fn map<U>(self, item: impl FnMut(T) -> U) -> Capped<U> {
        Capped { items: self.items.into_iter().map(item).collect(), more: self.more }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capped_list_counts_what_it_leaves_out() {
        let capped = Capped::new(0..10, 3);
        assert_eq!((capped.items, capped.more), (vec![0, 1, 2], 7));
    }
}
