//! Pack `chart`: pictures of tables as standalone SVG.
//!
//! The picture holds shapes and text alone: no script, no link, no style from elsewhere. Every text of the table is
//! escaped, and characters that XML does not allow are replaced.
#![deny(unsafe_code)]

mod data;
mod draw;
mod pie;
mod points;
mod scale;

use telos_pack::{Args, Failure, Pack, Running};
use telos_table::StreamedTable;

/// The pack.
pub const PACK: Pack = Pack { descriptors: telos_describe::packs::chart::descriptors, primitives: &[start] };

telos_pack::export_pack!(crate::PACK);

fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let kind = match args.choice(1)?.as_str() {
        "area" => draw::Kind::Area,
        "bar" => draw::Kind::Bar,
        "line" => draw::Kind::Line,
        "pie" => draw::Kind::Pie,
        "scatter" => draw::Kind::Scatter,
        other => {
            return Err(Failure::Internal(format!("`{other}` is not a kind of chart")));
        }
    };
    let label = args.texts(2)?.into_iter().next();
    let values = args.texts(3)?;
    Ok(Box::new(StreamedTable::new(data::Gather::new(kind, label, values, args.text(4)?))))
}

#[cfg(test)]
mod tests;
