//! Writes a value in one of the two forms.

use serde::Serialize;
use serde::ser::{self, Serializer};

use super::never::{Never, unasked};

/// How a form writes the pieces that all values consist of.
pub trait Form {
    /// The form is for people: a type may choose words for numbers.
    fn is_read_by_people(&self) -> bool;
    fn truth(&self, out: &mut Vec<u8>, value: bool);
    /// `width`: of its type, in bytes.
    fn natural(&self, out: &mut Vec<u8>, value: u64, width: u8);
    fn integer(&self, out: &mut Vec<u8>, value: i64, width: u8);
    fn real(&self, out: &mut Vec<u8>, value: f64);
    fn text(&self, out: &mut Vec<u8>, value: &str);
    fn none(&self, out: &mut Vec<u8>);
    /// Before the value that is there.
    fn some(&self, out: &mut Vec<u8>);
    fn unit_variant(&self, out: &mut Vec<u8>, index: u32, name: &str);
    /// Before the content of a variant.
    fn variant(&self, out: &mut Vec<u8>, index: u32, name: &str);
    /// After it.
    fn end_variant(&self, out: &mut Vec<u8>);
    /// `len`: where the reader does not know it.
    fn open(&self, out: &mut Vec<u8>, bracket: Bracket, len: Option<usize>);
    /// Before an entry; `key` is the name of a field.
    fn entry(&self, out: &mut Vec<u8>, is_first: bool, key: Option<&str>);
    /// Between a key of a map and its value.
    fn colon(&self, out: &mut Vec<u8>);
    fn close(&self, out: &mut Vec<u8>, bracket: Bracket);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bracket {
    List,
    Object,
}

pub struct Writer {
    pub out: Vec<u8>,
    pub form: &'static dyn Form,
}

/// The value in the form.
pub fn write<T: Serialize + ?Sized>(value: &T, form: &'static dyn Form) -> Vec<u8> {
    let mut writer = Writer { out: Vec::new(), form };
    match value.serialize(&mut writer) {
        Ok(()) => writer.out,
        Err(never) => match never {},
    }
}

/// Entries of something that has opened.
pub struct Entries<'a> {
    writer: &'a mut Writer,
    bracket: Bracket,
    is_first: bool,
    is_variant: bool,
}

impl Writer {
    fn entries(&mut self, bracket: Bracket, len: Option<usize>, is_variant: bool) -> Entries<'_> {
        self.form.open(&mut self.out, bracket, len);
        Entries { writer: self, bracket, is_first: true, is_variant }
    }
}

impl Entries<'_> {
    fn begin(&mut self, key: Option<&str>) {
        self.writer.form.entry(&mut self.writer.out, self.is_first, key);
        self.is_first = false;
    }

    fn finish(self) -> Result<(), Never> {
        let Writer { out, form } = self.writer;
        form.close(out, self.bracket);
        if self.is_variant {
            form.end_variant(out);
        }
        Ok(())
    }
}

type Done = Result<(), Never>;

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Entries<'a>;
    type SerializeTuple = Entries<'a>;
    type SerializeTupleStruct = Entries<'a>;
    type SerializeTupleVariant = Entries<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Entries<'a>;

    fn is_human_readable(&self) -> bool {
        self.form.is_read_by_people()
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.form.truth(&mut self.out, value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Done {
        self.form.integer(&mut self.out, value.into(), 1);
        Ok(())
    }

    fn serialize_i16(self, value: i16) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Done {
        self.form.integer(&mut self.out, value, 8);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Done {
        self.form.natural(&mut self.out, value.into(), 1);
        Ok(())
    }

    fn serialize_u16(self, value: u16) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Done {
        self.form.natural(&mut self.out, value, 8);
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Done {
        unasked()
    }

    fn serialize_f64(self, value: f64) -> Done {
        self.form.real(&mut self.out, value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        self.form.text(&mut self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        unasked()
    }

    fn serialize_none(self) -> Done {
        self.form.none(&mut self.out);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.form.some(&mut self.out);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        unasked()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        unasked()
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, variant: &'static str) -> Done {
        self.form.unit_variant(&mut self.out, index, variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, index: u32, variant: &'static str, value: &T) -> Done {
        self.form.variant(&mut self.out, index, variant);
        value.serialize(&mut *self)?;
        self.form.end_variant(&mut self.out);
        Ok(())
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Entries<'a>, Never> {
        let Some(len) = len else { unasked() };
        Ok(self.entries(Bracket::List, Some(len), false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Entries<'a>, Never> {
        Ok(self.entries(Bracket::List, None, false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Entries<'a>, Never> {
        Ok(self.entries(Bracket::List, None, false))
    }

    fn serialize_tuple_variant(self, _: &'static str, index: u32, variant: &'static str, _: usize) -> Result<Entries<'a>, Never> {
        self.form.variant(&mut self.out, index, variant);
        Ok(self.entries(Bracket::List, None, true))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Entries<'a>, Never> {
        let Some(len) = len else { unasked() };
        Ok(self.entries(Bracket::Object, Some(len), false))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'a>, Never> {
        Ok(self.entries(Bracket::Object, None, false))
    }

    fn serialize_struct_variant(self, _: &'static str, index: u32, variant: &'static str, _: usize) -> Result<Entries<'a>, Never> {
        self.form.variant(&mut self.out, index, variant);
        Ok(self.entries(Bracket::Object, None, true))
    }
}

/// The lists of serde, which differ in their names.
macro_rules! lists {
    ($($list:ident $add:ident),*) => {
        $(impl ser::$list for Entries<'_> {
            type Ok = ();
            type Error = Never;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.begin(None);
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Done {
                self.finish()
            }
        })*
    };
}
lists!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! objects {
    ($($object:ident),*) => {
        $(impl ser::$object for Entries<'_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Done {
                self.begin(Some(key));
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Done {
                self.finish()
            }
        })*
    };
}
objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.begin(None);
        key.serialize(&mut *self.writer)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.writer.form.colon(&mut self.writer.out);
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Done {
        self.finish()
    }
}
