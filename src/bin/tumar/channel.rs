//! `tumar channel`.

use tumar::channel::{self, Conditions};
use tumar::error::ChannelError;

use crate::args::{ChannelArgs, Model};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

pub(crate) fn run(args: &ChannelArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    files::format_of(&args.out)?;
    files::check_outputs(&[&args.image], &[&args.out])?;
    let mut print = files::read(&args.image)?;
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
    let conditions = match args.preset {
        Model::Drawn(preset) => Conditions::draw(preset, args.seed),
        Model::Clean => {
            let [across, _] = print.ppi.ok_or(ChannelError::NoResolution).map_err(refused)?;
            Conditions::clean(across)
        }
    };
    let scan = channel::print_and_scan(&print, &conditions, args.seed).map_err(refused)?;
    files::write_picture(&args.out, &scan)?;
    let (width, height) = scan.size();
    stdout.line(format!(
        "{}: {width} × {height} px at {}, turned {:.1}°",
        args.out.display(),
        conditions.scan.ppi,
        conditions.scan.rotation_deg
    ));
    Ok(failure::DONE)
}
