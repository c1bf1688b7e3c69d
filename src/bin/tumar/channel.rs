//! `tumar channel`.

use tumar::channel::{self, Conditions};
use tumar::error::ChannelError;

use crate::args::{ChannelArgs, Model};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

pub(crate) fn run(args: &ChannelArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    files::format_of(&args.out)?;
    files::check_outputs(&[&args.image], &[&args.out])?;
    let press = args.press.as_deref().map(files::read_press).transpose()?;
    let mut print = args.picture.read(&args.image, &args.common)?;
    if let Some(dpi) = args.dpi {
        print.ppi = Some([dpi; 2]);
    }
    let refused = |error: ChannelError| {
        let advice = match error {
            ChannelError::NoResolution => "give its print resolution with --dpi N",
            ChannelError::Size { .. } => "give the right print resolution with --dpi N",
            ChannelError::TooManyPixels(_) => "crop the picture or choose a coarser preset",
            ChannelError::Jpeg(_) => "choose another preset or seed",
        };
        Failure::file(&args.image, format!("{error}; {advice}"))
    };
    let conditions = match (args.preset, &press) {
        (Some(Model::Drawn(preset)), _) => Some(Conditions::draw(preset, args.seed)),
        (_, Some(press)) => Some(press.conditions()),
        _ => None,
    };
    let (scan, told) = match conditions {
        // The picture as it was decoded, to the bit.
        None => (print, String::new()),
        Some(conditions) => {
            let scan = channel::print_and_scan(&print, &conditions, args.seed).map_err(refused)?;
            let turned = conditions.scan.rotation_deg;
            (scan, format!(" at {}, turned {turned:.1}°", conditions.scan.ppi))
        }
    };
    files::write_picture(&args.out, &scan)?;
    let (width, height) = scan.size();
    stdout.line(format!("{}: {width} × {height} px{told}", args.out.display()));
    Ok(failure::DONE)
}
