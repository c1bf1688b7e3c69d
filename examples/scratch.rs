use tumar::{base::*, issue, spec::*};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let p = base_read(&a[1]);
    let prof = Profile::default().with_strength(a[2].parse().unwrap()).unwrap();
    let name = Name::new("Назарбаева", "Әсел").ok().unwrap();
    let t = std::time::Instant::now();
    let e = issue::embed(&p, &name, &prof).unwrap();
    println!("{:?} {:?}", t.elapsed(), e.summary);
    encode::write(a[3].as_ref(), &e.picture).unwrap();
    println!("{:?}", t.elapsed());
}
fn base_read(p: &str) -> Picture {
    decode::read(p.as_ref()).unwrap()
}
