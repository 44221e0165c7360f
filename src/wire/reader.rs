//! Reads a value from bytes.

use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::never::{Never, unasked};

/// The value of these bytes, and of no more than these; nothing when they are damaged.
#[must_use]
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader { rest: bytes, is_damaged: false };
    match T::deserialize(&mut reader) {
        Ok(value) => (!reader.is_damaged && reader.rest.is_empty()).then_some(value),
        Err(never) => match never {},
    }
}

/// Where the bytes are not what is looked for, the rest of the value is zeros, empty texts and first variants.
struct Reader<'a> {
    rest: &'a [u8],
    is_damaged: bool,
}

impl<'a> Reader<'a> {
    fn damaged(&mut self) {
        self.is_damaged = true;
        self.rest = &[];
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => {
                self.damaged();
                &[]
            }
        }
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    fn natural(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
        }
        self.damaged();
        0
    }

    /// A number that its type holds.
    fn narrow<N: TryFrom<u64> + Default>(&mut self) -> N {
        N::try_from(self.natural()).unwrap_or_else(|_| {
            self.damaged();
            N::default()
        })
    }

    fn truth(&mut self) -> bool {
        let byte = self.byte();
        if byte > 1 {
            self.damaged();
        }
        byte == 1
    }

    fn text(&mut self) -> String {
        let length = self.narrow();
        let bytes = self.take(length);
        std::str::from_utf8(bytes).map(str::to_owned).unwrap_or_else(|_| {
            self.damaged();
            String::new()
        })
    }

    /// How many entries follow, each of a byte at least.
    fn length(&mut self) -> usize {
        let length = self.narrow();
        if length > self.rest.len() {
            self.damaged();
            return 0;
        }
        length
    }
}

macro_rules! naturals {
    ($($read:ident $visit:ident),*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
            visitor.$visit(self.narrow())
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Never;

    fn is_human_readable(&self) -> bool {
        false
    }

    /// The bytes do not say what they are.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Never> {
        unasked()
    }

    forward_to_deserialize_any! { i8 i16 i32 i64 f32 char bytes byte_buf unit unit_struct identifier ignored_any }

    naturals! { deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64 }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_u8(self.byte())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_bool(self.truth())
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_f64(self.take(8).try_into().map_or(0.0, f64::from_le_bytes))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_string(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_string(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        if self.truth() { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let left = self.length();
        visitor.visit_seq(Entries { reader: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let left = self.length();
        visitor.visit_map(Entries { reader: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Fields(self))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Fields(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Fields(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, variants: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        let mut index: u32 = self.narrow();
        if index as usize >= variants.len() {
            self.damaged();
            index = 0;
        }
        visitor.visit_enum(Variant { reader: self, index })
    }
}

/// Of a type that knows how many it has: there always is one more.
struct Fields<'r, 'a>(&'r mut Reader<'a>);

impl<'de> SeqAccess<'de> for Fields<'_, '_> {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Never> {
        seed.deserialize(&mut *self.0).map(Some)
    }
}

/// Of a list whose length was read.
struct Entries<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: usize,
}

impl Entries<'_, '_> {
    fn has_next(&mut self) -> bool {
        let has_next = self.left > 0 && !self.reader.is_damaged;
        self.left = self.left.saturating_sub(1);
        has_next
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, '_> {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Never> {
        if self.has_next() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Never;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Never> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Never> {
        seed.deserialize(&mut *self.reader)
    }
}

struct Variant<'r, 'a> {
    reader: &'r mut Reader<'a>,
    index: u32,
}

impl<'de, 'r, 'a> EnumAccess<'de> for Variant<'r, 'a> {
    type Error = Never;
    type Variant = Fields<'r, 'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Fields<'r, 'a>), Never> {
        let index: U32Deserializer<Never> = self.index.into_deserializer();
        seed.deserialize(index).map(|variant| (variant, Fields(self.reader)))
    }
}

impl<'de> VariantAccess<'de> for Fields<'_, '_> {
    type Error = Never;

    fn unit_variant(self) -> Result<(), Never> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Never> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(self)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(self)
    }
}
