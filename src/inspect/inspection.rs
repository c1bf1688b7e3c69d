//! One portrait: it is read blindly, the evidence is gathered against the claim, and a decision made.

use crate::imaging::Picture;
use crate::inspect::budget::Budget;
use crate::inspect::candidate::{self, Blind, Found};
use crate::inspect::comparison::agreement::Comparison;
use crate::inspect::comparison::compare::compare;
use crate::inspect::decision::claim::Claim;
use crate::inspect::decision::decide::{asks_for_range, decide};
use crate::inspect::decision::evidence::{
    Alterations, Evidence, Facing, Key, Obstacle, Place, Told,
};
use crate::inspect::decision::key_check::Keyed;
use crate::inspect::decision::operating_range::Range;
use crate::inspect::decision::picture_check::PictureCheck;
use crate::inspect::decision::print_check::{PrintCheck, Printed, Printing};
use crate::inspect::decision::signature_check::{SignatureCheck, Signing};
use crate::inspect::decision::text::{Expected, LEGIBLE, Text};
use crate::inspect::decision::verdict::Decision;
use crate::inspect::recognition::reading::{Reading, Readings};
use crate::inspect::recognition::templates::Alphabets;
use crate::inspect::rectification::carrier::Carrier;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::scan::Scan;
use crate::inspect::signature::payload_lines::{self, PayloadLines};
use crate::inspect::signature::signed_face;
use crate::inspect::stacking::stack::Stack;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::synchronisation::row_phase::{CERTAIN, FOLLOWED};
use crate::inspect::tamper::map::Tamper;
use crate::inspect::tamper::unrolling::predicted::Beside;
use crate::spec::signed::Payload;
use crate::spec::{Legend, Profile, Symbol};

/// Everything that was found of a portrait.
#[derive(Debug)]
pub struct Inspection {
    /// The scan.
    pub(crate) scan: Scan,
    /// The page of the file, counted from 1, if several were looked at.
    pub(crate) leaf: Option<usize>,
    /// What was read of the legend that the decision is about, blindly.
    pub(crate) found: Option<Found>,
    /// The other legend and its stack, where the profile prints two.
    pub(crate) second: Option<(Stack, Readings)>,
    /// Where the text does not stand though it should, if there is text.
    pub(crate) tamper: Option<Tamper>,
    /// The portrait held against the one that was issued, where that is at hand and there is text.
    pub(crate) comparison: Option<Comparison>,
    /// What the payload lines hold, where some lines are not the name's.
    pub(crate) payload: Option<PayloadLines>,
    /// What the decision rests on.
    pub(crate) evidence: Evidence,
    /// What it comes to.
    pub(crate) decision: Decision,
}

impl Inspection {
    /// Inspects a scan of one portrait. `lawful`: whether only lines that follow the generator's row
    /// phases are worth reading. `budget`: what the search may cost.
    pub(super) fn of_portrait(
        scan: Scan,
        lawful: bool,
        budget: &Budget,
        claim: Claim<'_>,
        profile: &Profile,
        alphabets: &Alphabets<'_>,
    ) -> Self {
        let Blind { flat, lines, mut found } =
            candidate::read(&scan, lawful, budget, profile, alphabets);
        // The legend in the expected name's script is the one that the decision is about.
        let in_script =
            |found: &Found| claim.name.is_some_and(|name| found.script() == Some(name.script()));
        found.sort_by_key(|found| !in_script(found));
        let mut found = found.into_iter();
        let (best, second) = (found.next(), found.next());
        let second = second
            .filter(|second| second.legible() >= 0.0)
            .and_then(|second| Some((second.stack?, second.readings?)));
        let case = Case { scan: &scan, flat: &flat, claim, profile, alphabets };
        let Gathered { found, mut evidence, payload, tamper } = case.gather(best, lines);
        let comparison = found.as_ref().and_then(|found| case.compare(found, &evidence));
        evidence.picture = comparison
            .as_ref()
            .map(|comparison| PictureCheck::of(comparison, tamper.as_ref(), &scan));
        evidence.signature = found.as_ref().map_or(Signing::Unknown, |found| {
            case.signature(found, second.as_ref(), payload.as_ref(), &evidence)
        });
        let decision = decide(&evidence);
        Self { scan, leaf: None, found, second, tamper, comparison, payload, evidence, decision }
    }

    /// Nothing was looked at, for this reason.
    pub(super) fn nothing(scan: Scan, obstacle: Obstacle, peak: f32) -> Self {
        let evidence = Evidence { obstacle: Some(obstacle), peak, ..Evidence::default() };
        let decision = decide(&evidence);
        let (found, second, tamper, comparison, payload) = (None, None, None, None, None);
        Self { scan, leaf: None, found, second, tamper, comparison, payload, evidence, decision }
    }

    /// The same, of one of several portraits on a page.
    pub(super) fn placed(mut self, place: Place) -> Self {
        self.evidence.place = Some(place);
        self.decision = decide(&self.evidence);
        self
    }

    /// The same, of a page of which so many places that look like lines of microtext were not searched.
    pub(super) fn of_page(mut self, unsearched: usize) -> Self {
        self.evidence.unsearched += unsearched;
        self.decision = decide(&self.evidence);
        self
    }

    /// The same, by what the issuer's press prints. `picture`: the one that was inspected.
    pub(super) fn by_press(mut self, picture: &Picture, press: &Printing) -> Self {
        let seen = self.corners().zip(self.evidence.blur);
        let look = |(corners, blur)| press.look(picture, &self.scan, corners, blur);
        self.evidence.printed = seen.and_then(look).map_or(Printed::Unknown, Printed::Looked);
        self.decision = decide(&self.evidence);
        self
    }

    /// The same, by a resolution that the lines told.
    pub(super) fn told(mut self, told: Told) -> Self {
        self.evidence.told = Some(told);
        self.decision = decide(&self.evidence);
        self
    }

    /// The page of the file that it is on, counted from 1, if several were looked at.
    #[must_use]
    pub fn leaf(&self) -> Option<usize> {
        self.leaf
    }

    /// What it comes to.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What the decision rests on.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The scan in linear light, as it was looked at.
    #[must_use]
    pub fn scan(&self) -> &Scan {
        &self.scan
    }

    /// Where the text does not stand though it should, if there is text.
    #[must_use]
    pub fn tamper(&self) -> Option<&Tamper> {
        self.tamper.as_ref()
    }

    /// The portrait held against the one that was issued, where that is at hand and there is text.
    #[must_use]
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_ref()
    }

    /// What the signature is worth, where the payload lines could be read.
    #[must_use]
    pub fn signature(&self) -> Option<&SignatureCheck> {
        match &self.evidence.signature {
            Signing::Read(check) => Some(check),
            _ => None,
        }
    }

    /// How it was printed, against what the issuer's press prints, where that is known and can be told.
    #[must_use]
    pub fn print_check(&self) -> Option<&PrintCheck> {
        match &self.evidence.printed {
            Printed::Looked(check) => Some(check),
            Printed::NotAsked | Printed::Unknown => None,
        }
    }

    /// What the payload lines hold, where some lines are not the name's.
    #[must_use]
    pub fn payload(&self) -> Option<&PayloadLines> {
        self.payload.as_ref()
    }

    /// The other legend, all its copies in one and as read, where the profile prints two.
    #[must_use]
    pub fn second(&self) -> Option<&(Stack, Readings)> {
        self.second.as_ref()
    }

    /// The lines, where some were found.
    #[must_use]
    pub fn carrier(&self) -> Option<&Carrier> {
        self.found.as_ref().map(|found| &found.carrier)
    }

    /// The portrait in the scan, where lines were found.
    #[must_use]
    pub fn frame(&self) -> Option<&Frame> {
        self.found.as_ref().map(|found| &found.frame)
    }

    /// The columns, where the lines are worth it.
    #[must_use]
    pub fn columns(&self) -> Option<&Columns> {
        self.found.as_ref()?.columns.as_ref()
    }

    /// All copies of the text in one, where lines of text repeat.
    #[must_use]
    pub fn stack(&self) -> Option<&Stack> {
        self.found.as_ref()?.stack.as_ref()
    }

    /// The text in either script, where there is a stack.
    #[must_use]
    pub fn readings(&self) -> Option<&Readings> {
        self.found.as_ref()?.readings.as_ref()
    }

    /// The reading in the likelier script.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.readings().map(Readings::likelier)
    }

    /// What the keyed lines say, where a key was given and they could be asked.
    #[must_use]
    pub fn keyed(&self) -> Option<&Keyed> {
        self.evidence.key.answer()
    }

    /// Whether there is text.
    #[must_use]
    pub fn is_established(&self) -> bool {
        self.evidence.established().is_some()
    }

    /// Whether the text is beyond doubt: its lines follow the row phases better than any other
    /// picture's, or they follow them and most of its symbols are clear.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let law = self.evidence.repetition.map_or(0.0, |found| found.law);
        let clear = self.evidence.established().map(Text::legible);
        law > 0.0 && clear.is_some_and(|clear| clear >= LEGIBLE || law >= CERTAIN)
    }

    /// Whether the lines follow the row phases better than those of any picture without microtext.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.evidence.repetition.is_some_and(|found| found.law >= FOLLOWED)
    }

    /// Which way the text runs in the scan; upright where none was read.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        self.reading().map_or_else(Orientation::default, |reading| reading.orientation)
    }

    /// The portrait's corners in pixels of the file (centres at whole numbers): top left, top
    /// right, bottom right, bottom left as the text runs. None where no lines of text repeat, which may
    /// be a fabric's, or where they do not reach the corners.
    #[must_use]
    pub fn corners(&self) -> Option<[[f64; 2]; 4]> {
        self.stack()?;
        let scan = &self.scan;
        let corners = self
            .frame()
            .filter(|frame| frame.reaches_corners())?
            .corners()
            .map(|[x, y]| scan.in_file([x * scan.per_mm[0] - 0.5, y * scan.per_mm[1] - 0.5]));
        Some(self.orientation().corners(corners))
    }

    /// Degrees that the portrait stands turned clockwise in the scan, over −180 to 180; none where
    /// no lines of text repeat. Of a mirrored portrait, by how much its upright stands turned.
    #[must_use]
    pub fn rotation_deg(&self) -> Option<f64> {
        self.stack()?;
        // Line numbers grow downwards; the text runs a quarter turn before that.
        let [x, y] = self.frame()?.lines.slope();
        let over = if self.orientation().upside_down { 180.0 } else { 0.0 };
        let turn = (-x).atan2(y).to_degrees() + over;
        Some(if turn > 180.0 { turn - 360.0 } else { turn })
    }
}

/// A scan, and what is claimed of it.
struct Case<'a> {
    scan: &'a Scan,
    flat: &'a Flat,
    claim: Claim<'a>,
    profile: &'a Profile,
    alphabets: &'a Alphabets<'a>,
}

/// The evidence, with what it was taken from.
struct Gathered {
    found: Option<Found>,
    evidence: Evidence,
    payload: Option<PayloadLines>,
    tamper: Option<Tamper>,
}

impl Case<'_> {
    /// Gathers the evidence; a confirmed key places lines, and the map settles the portrait's sides.
    fn gather(&self, best: Option<Found>, lines: Evidence) -> Gathered {
        let mut evidence = lines;
        let Some(mut best) = best else {
            evidence.range = self.range(&evidence);
            return Gathered { found: None, evidence, payload: None, tamper: None };
        };
        evidence = best.evidence(evidence);
        if let (Some(text), Some(readings)) = (&mut evidence.text, &best.readings) {
            text.expected = self.claim.name.map(|name| Expected::of(readings, name));
        }
        let is_established = evidence.established().is_some();
        evidence.blur = best.spread().filter(|_| is_established);
        evidence.mirrored =
            best.readings.as_ref().is_some_and(|r| r.likelier().orientation.mirrored);
        evidence.range = self.range(&evidence);
        evidence.key = self.key(&best, &evidence);
        if let (Some(keyed), Some(columns)) = (evidence.key.answer(), &mut best.columns)
            && keyed.is_confirmed()
        {
            keyed.place(columns);
        }
        let (flat, scan, profile) = (self.flat, self.scan, self.profile);
        let must = profile.signed || self.claim.trust.is_some();
        evidence.must_be_signed = must;
        let read = || payload_lines::read(&best, flat, scan, profile, self.alphabets, must);
        let payload = if is_established { read() } else { None };
        let beside = payload.as_ref().and_then(|lines| {
            Some(Beside { columns: &lines.columns, expected: lines.expected.as_deref()? })
        });
        let tamper = if is_established { best.tamper(flat, scan, beside, profile) } else { None };
        evidence.tamper = tamper.as_ref().map(Alterations::of);
        let least = self.profile.face;
        evidence.face = tamper
            .as_ref()
            .map_or(Facing::Unknown, |tamper| Facing::Looked { face: tamper.face, least });
        Gathered { found: Some(best), evidence, payload, tamper }
    }

    /// The portrait against the one that was issued: only its microtext tells where it lies.
    fn compare(&self, found: &Found, evidence: &Evidence) -> Option<Comparison> {
        let reference = self.claim.reference?;
        evidence.established()?;
        let orientation = found.readings.as_ref()?.likelier().orientation;
        Some(compare(self.scan, &found.frame, orientation, reference, self.profile))
    }

    /// What of the scan falls short, where the text does not decide.
    fn range(&self, evidence: &Evidence) -> Option<Range> {
        let measure = || Range {
            blur: evidence.blur,
            ..Range::of(self.scan, self.flat, self.profile, evidence.peak)
        };
        asks_for_range(evidence).then(measure)
    }

    /// What the payload lines come to.
    fn signature(
        &self,
        found: &Found,
        second: Option<&(Stack, Readings)>,
        payload: Option<&PayloadLines>,
        evidence: &Evidence,
    ) -> Signing {
        let rows = found.columns.as_ref().and_then(|columns| columns.row_phases);
        let Some(rows) = rows.map(|phases| phases.rows) else { return Signing::Unknown };
        let unread = if rows.are_signed() { Signing::Illegible } else { Signing::Unsigned };
        let (Some(lines), Some(text)) = (payload, evidence.established()) else { return unread };
        let Some(bytes) = &lines.bytes else { return unread };
        let payload = match Payload::parse(bytes) {
            Ok(payload) => payload,
            Err(error) => return Signing::Foreign(error),
        };
        let Some(readings) = &found.readings else { return Signing::Illegible };
        let (names, surely) = self.names(readings, second, text);
        let frame = Frame { across: lines.across, ..found.frame.clone() };
        let orientation = readings.likelier().orientation;
        let digest = &payload.head.digest;
        let face = signed_face::look(self.scan, &frame, orientation, digest, self.profile);
        let (trusted, is_bare) = (self.claim.trust, evidence.face.is_bare());
        let profile = self.profile;
        Signing::Read(SignatureCheck::of(&payload, trusted, &names, surely, face, is_bare, profile))
    }

    /// The legends that the print may carry: those that were read, and the expected name's where the
    /// letters let it stand; and whether one of them is what it carries.
    fn names(
        &self,
        readings: &Readings,
        second: Option<&(Stack, Readings)>,
        text: &Text,
    ) -> (Vec<Vec<Legend>>, bool) {
        let of_circle = |reading: &Reading| {
            let symbols: Vec<Symbol> = reading.circle.iter().map(|read| read.symbol).collect();
            Legend::from_circle(&symbols)
        };
        let own = of_circle(readings.likelier());
        let other = second.map(|(_, readings)| of_circle(readings.likelier()));
        let mut names = Vec::new();
        match (own, other) {
            (Some(own), None) if self.profile.layout.legends == 1 => names.push(vec![own]),
            (Some(own), Some(Some(other))) => {
                names.extend([vec![own.clone(), other.clone()], vec![other, own]]);
            }
            _ => {}
        }
        let borne_out = match &text.expected {
            Some(Expected::SameLength(name)) => text.bears_out(name),
            _ => false,
        };
        let surely = borne_out || text.is_clear() && !names.is_empty();
        let stands = text.lets_name_stand();
        let claimed = self.claim.name.filter(|_| stands);
        let claimed = claimed.and_then(|name| Legend::all(name, self.profile).ok());
        names.extend(claimed);
        (names, surely)
    }

    fn key(&self, best: &Found, evidence: &Evidence) -> Key {
        let Some(claimed) = self.claim.key else { return Key::NotAsked };
        let check = || {
            let legend = self.legend(best, evidence)?;
            Keyed::check(best.columns.as_ref()?, claimed, &legend, self.profile)
        };
        check().map_or(Key::Unanswered, Key::Answered)
    }

    /// The legend whose lines a key would place: the expected name's, or what was read.
    fn legend(&self, best: &Found, evidence: &Evidence) -> Option<Legend> {
        if let Some(name) = self.claim.name {
            return Legend::of(name, self.profile.most_symbols).ok();
        }
        evidence.established().filter(|text| text.is_clear())?;
        let circle = &best.readings.as_ref()?.likelier().circle;
        let symbols: Vec<Symbol> = circle.iter().map(|read| read.symbol).collect();
        Legend::from_circle(&symbols)
    }
}
