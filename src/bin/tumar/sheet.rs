//! `tumar sheet`.

use tumar::Picture;
use tumar::error::SheetError;
use tumar::press::sheet;

use crate::args::SheetArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

/// Faces from light to dark.
const PORTRAITS: [&[u8]; 3] = [
    include_bytes!("../../../samples/astronaut.png"),
    include_bytes!("../../../samples/synthetic-05-curls.png"),
    include_bytes!("../../../samples/synthetic-06-shaved.png"),
];

pub(crate) fn run(args: &SheetArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let ending = args.out.extension().and_then(|ending| ending.to_str());
    let is_pdf = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
    if !is_pdf {
        files::format_of(&args.out)?;
    }
    files::check_outputs(&[], &[&args.out])?;
    let drawn = sheet::sheet(args.size, &args.number, &portraits()?, args.dpi);
    let page = drawn.map_err(|error| match error {
        SheetError::Number(_) | SheetError::Profile(_) | SheetError::TooLarge(_) => {
            Failure::usage(error)
        }
        other => Failure::work(other),
    })?;
    if is_pdf {
        files::write(&args.out, &sheet::pdf(&page))?;
    } else {
        files::write_picture(&args.out, &page)?;
    }
    let [width, height] = args.size.mm();
    stdout.line(format!("{}: {width} × {height} mm at {}", args.out.display(), args.dpi));
    stdout.line("print it at 100 %, as portraits are printed; scan it at 600 or 1200 ppi without corrections; then: tumar calibrate SCAN --out press.toml --report press.html");
    Ok(failure::DONE)
}

/// The faces that a sheet shows, and that are simulated.
pub(crate) fn portraits() -> Result<Vec<Picture>, Failure> {
    let decoded: Result<_, _> = PORTRAITS.iter().map(|bytes| tumar::decode(bytes)).collect();
    decoded.map_err(Failure::work)
}
