//! What walks a list, a set or an enum, and what makes one; ranges.

use super::maker::{Level, Maker, Text};
use super::world::{Absence, Bounds, Source, Ty};

/// An item in scope: its name, its type, and what the scope was before it.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) path: String,
    mark: usize,
}

impl Maker<'_> {
    pub(crate) fn may_walk(&self) -> bool {
        self.nest < 2 && !self.is_plain
    }

    /// Brings an item of some collection into scope, of this type if one is wanted.
    pub(crate) fn enter(&mut self, wanted: Option<&Ty>) -> Option<Item> {
        let is_collection = |source: &Source| {
            let (Ty::List(of) | Ty::Set(of)) = &source.ty else { return false };
            source.absence == Absence::Never && source.is_path && wanted.is_none_or(|wanted| **of == *wanted)
        };
        let over_members = match wanted {
            Some(Ty::Enum(of)) => Some(*of),
            Some(_) => None,
            None => Some(self.choices.below(self.enums.len())),
        };
        let source = if self.choices.chance(30) { None } else { self.choose_source(is_collection) };
        let (path, ty) = match (source, over_members) {
            (Some(source), _) => match source.ty {
                Ty::List(of) | Ty::Set(of) => (source.text, *of),
                _ => return None,
            },
            (None, Some(of)) => (self.enums[of].name.to_owned(), Ty::Enum(of)),
            (None, None) => {
                let source = self.choose_source(is_collection)?;
                match source.ty {
                    Ty::List(of) | Ty::Set(of) => (source.text, *of),
                    _ => return None,
                }
            }
        };
        Some(self.enter_path(path, ty))
    }

    pub(crate) fn enter_path(&mut self, path: String, ty: Ty) -> Item {
        let (name, mark) = (self.item_name(), self.scope.len());
        self.nest += 1;
        self.deepest = self.deepest.max(self.nest);
        self.read(Source {
            text: name.clone(),
            ty: ty.clone(),
            absence: Absence::Never,
            bounds: Bounds::default(),
            is_path: true,
            is_outcome: false,
        });
        Item { name, ty, path, mark }
    }

    pub(crate) fn leave(&mut self, item: &Item) {
        self.scope.truncate(item.mark);
        self.nest -= 1;
    }

    /// A condition that mentions the item, where there is something to say about it.
    fn about(&mut self, item: &Item, depth: u8) -> String {
        let of_item = |source: &Source| {
            source.text == item.name
                || source.text.strip_prefix(&item.name).is_some_and(|rest| rest.starts_with('.'))
        };
        for _ in 0..3 {
            if let Some(source) = self.choose_source(of_item)
                && let Some(text) = self.test_of(&source, depth)
            {
                return text.at(Level::Implies);
            }
        }
        self.operand(&Ty::Bool, depth, Level::Implies)
    }

    fn filter(&mut self, item: &Item, depth: u8) -> String {
        if self.choices.chance(110) { format!(" where {}", self.about(item, depth)) } else { String::new() }
    }

    /// `sum of E for each v in XS where C`, perhaps over a list inside the items of another.
    pub(crate) fn gathered(&mut self, how: &str, ty: &Ty, depth: u8) -> Option<Text> {
        let item = self.enter(None)?;
        let mut clause = format!("for each {} in {}{}", item.name, item.path, self.filter(&item, depth));
        let inner = if self.may_walk() && self.choices.chance(120) { self.enter_inner(&item) } else { None };
        if let Some(inner) = &inner {
            clause =
                format!("{clause} for each {} in {}{}", inner.name, inner.path, self.filter(inner, depth));
        }
        let value = self.operand(ty, depth, Level::Implies);
        if let Some(inner) = &inner {
            self.leave(inner);
        }
        self.leave(&item);
        Some(Text::new(Level::Whole, format!("{how} of {value} {clause}")))
    }

    /// A list or set that belongs to the item.
    fn enter_inner(&mut self, item: &Item) -> Option<Item> {
        let source = self.choose_source(|source| {
            matches!(source.ty, Ty::List(_) | Ty::Set(_))
                && source.absence == Absence::Never
                && (source.text == item.name || source.text.starts_with(&format!("{}.", item.name)))
        })?;
        let (Ty::List(of) | Ty::Set(of)) = source.ty else { return None };
        Some(self.enter_path(source.text, *of))
    }

    pub(crate) fn count(&mut self, depth: u8) -> Text {
        let Some(item) = self.enter(None) else { return self.literal(&Ty::Integer) };
        let text = format!("count {} in {}{}", item.name, item.path, self.filter(&item, depth));
        self.leave(&item);
        Text::new(Level::Whole, text)
    }

    /// `any v in XS where C`, `every v in XS where F has C`.
    pub(crate) fn any_or_every(&mut self, depth: u8) -> Option<Text> {
        let item = self.enter(None)?;
        let text = if self.choices.chance(110) {
            let filter = self.filter(&item, depth);
            format!("every {} in {}{filter} has {}", item.name, item.path, self.about(&item, depth))
        } else {
            format!("any {} in {} where {}", item.name, item.path, self.about(&item, depth))
        };
        self.leave(&item);
        Some(Text::new(Level::Whole, text))
    }

    /// `first v in XS where C by highest A, then lowest B`: may be nothing.
    pub(crate) fn first_by(&mut self, ty: &Ty, depth: u8) -> Option<Text> {
        let item = self.enter(Some(ty))?;
        let filter = self.filter(&item, depth);
        let keys: Vec<String> = (0..self.choices.below(3))
            .map(|_| {
                let extreme = *self.choices.pick(&["highest", "lowest"]);
                let source = self.choose_source(|source| {
                    source.text.starts_with(&item.name) && source.absence == Absence::Never
                });
                let key = match source {
                    Some(source) if self.is_ordered(&source.ty) => source.text,
                    _ => self.operand(&Ty::Integer, depth, Level::Implies),
                };
                format!("{extreme} {key}")
            })
            .collect();
        let by = if keys.is_empty() { String::new() } else { format!(" by {}", keys.join(", then ")) };
        let text = format!("first {} in {}{filter}{by}", item.name, item.path);
        self.leave(&item);
        Some(Text::new(Level::Whole, text))
    }

    pub(crate) fn set(&mut self, of: &Ty, depth: u8) -> Text {
        let ty = Ty::set(of.clone());
        match self.choices.below(3) {
            0 => {
                let left = self.operand(&ty, depth, Level::Add);
                let right = if self.choices.chance(128) {
                    self.expected_literal(&ty).at(Level::Multiply)
                } else {
                    self.operand(&ty, depth, Level::Multiply)
                };
                Text::new(Level::Add, format!("{left} without {right}"))
            }
            _ if self.may_walk() => self.gathered("set", of, depth).unwrap_or_else(|| self.literal(&ty)),
            _ => self.leaf(&ty),
        }
    }

    pub(crate) fn list(&mut self, of: &Ty, depth: u8) -> Text {
        let ty = Ty::list(of.clone());
        if !self.may_walk() {
            return self.leaf(&ty);
        }
        let Some(item) = self.enter(None) else { return self.leaf(&ty) };
        let filter = self.filter(&item, depth);
        let value = if item.ty == *of && self.choices.chance(80) {
            item.name.clone()
        } else {
            self.operand(of, depth, Level::Implies)
        };
        self.leave(&item);
        Text::new(Level::Whole, format!("{value} for each {} in {}{filter}", item.name, item.path))
    }

    pub(crate) fn range(&mut self, of: &Ty, depth: u8) -> Text {
        let ty = Ty::range(of.clone());
        match self.choices.below(6) {
            0 => self.literal(&ty),
            1 if of.is_amount() => {
                let (left, right) =
                    (self.operand(&ty, depth, Level::Add), self.operand(&ty, depth, Level::Multiply));
                Text::new(Level::Add, format!("{left} + {right}"))
            }
            2 if of.is_fractional() => {
                let range = *self.choices.pick(&["1 to 3", "0 to 30%", "0.5 to 0.75"]);
                let positive = |source: &Source| {
                    source.ty == *of
                        && source.absence == Absence::Never
                        && source.bounds.is_within(Bounds::from(0))
                        && source.is_path
                };
                let factor = match self.choose_source(positive) {
                    Some(source) => source.text,
                    None => {
                        let value = self.constant(of, Bounds::from(0));
                        self.show(of, value).at(Level::Add)
                    }
                };
                Text::new(Level::Times, format!("{range} times {factor}"))
            }
            3 if of.is_fractional() => {
                let range = self.operand(&ty, depth, Level::Whole);
                let shares = *self.choices.pick(&["30% to 70%", "0% to 100%", "0.5 to 1", "50% to 50%"]);
                Text::atom(format!("band({range}, {shares})"))
            }
            4 => {
                // Two names in order, by a guard.
                let name =
                    |source: &Source| source.ty == *of && source.absence == Absence::Never && source.is_path;
                match (self.choose_source(name), self.choose_source(name)) {
                    (Some(one), Some(other)) if one.text != other.text => {
                        let rest = self.literal(&ty).at(Level::Whole);
                        Text::new(
                            Level::Limbs,
                            format!("{0} to {1} when {0} <= {1}, otherwise {rest}", one.text, other.text),
                        )
                    }
                    (_, _) => self.literal(&ty),
                }
            }
            _ if self.may_walk() && of.is_amount() => {
                self.gathered("sum", &ty, depth).unwrap_or_else(|| self.literal(&ty))
            }
            _ => self.literal(&ty),
        }
    }
}
