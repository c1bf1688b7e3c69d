//! `tumar embed`.

use std::path::Path;

use serde::Serialize;
use tumar::base::Ppi;
use tumar::issue::{self, EmbedError, Summary};

use crate::args::{self, EmbedArgs};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

/// What `--json` prints. Holds no personal data.
#[derive(Serialize)]
struct Printed<'a> {
    schema: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

pub(crate) fn run(args: &EmbedArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    files::format_of(&args.out)?;
    let name = args.name()?;
    let profile = args.profile()?;
    let json = args.json.as_deref();
    let mut outputs = vec![args.out.as_path()];
    outputs.extend(json.filter(|path| !files::is_stdout(path)));
    files::check_outputs(&[&args.portrait], &outputs)?;

    let portrait = files::read(&args.portrait)?;
    let embedded = issue::embed(&portrait, &name, &profile).map_err(|error| match error {
        EmbedError::Name(name) => args::bad_name(&name),
        EmbedError::Portrait(small) => {
            Failure::file(&args.portrait, format!("{small}; use a larger portrait"))
        }
    })?;
    files::write_picture(&args.out, &embedded.picture)?;

    let summary = &embedded.summary;
    if !args.common.quiet {
        summary.warnings.iter().for_each(|warning| failure::warn(warning));
    }
    if stdout.json(json, &Printed { schema: "tumar.print/1", summary })? {
        tell(stdout, &args.out, summary);
    }
    Ok(failure::DONE)
}

fn tell(stdout: &mut Stdout, out: &Path, summary: &Summary) {
    let Summary { width_px, height_px, dpi, .. } = *summary;
    let size = [width_px, height_px].map(|px| Ppi(dpi).mm(px as f64).0);
    stdout.line(format!(
        "{}: {width_px} × {height_px} dots at {dpi} dpi, {:.1} × {:.1} mm",
        out.display(),
        size[0],
        size[1]
    ));
    stdout.line(format!(
        "  capitals          {} mm, {:.1} print dots",
        summary.cap_height_mm, summary.dots_per_cap
    ));
    stdout.line(format!("  copies            {} of {} symbols", summary.copies, summary.symbols));
    stdout.line(format!("  strength          {}", summary.strength));
    stdout.line(format!("  icao_microprint   {}", summary.icao_microprint));
}
