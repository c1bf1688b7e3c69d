//! Which file needs which: names are followed through re-exports to the file that defines them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::source::{Import, Source};

/// Path of a module, from its crate on: `["tumar", "spec", "key"]`.
type Module = Vec<String>;

/// Re-exports of re-exports are followed so far.
const DEPTH: usize = 12;

/// All files of some crates that see each other by their names.
#[derive(Default)]
pub(crate) struct Graph {
    /// Each module's file; inline modules stand in that of their parent.
    files: HashMap<Module, String>,
    sources: Vec<(Module, String, Source)>,
    imports: HashMap<Module, Vec<Import>>,
    crates: BTreeSet<String>,
}

impl Graph {
    /// A file of a crate by its path below the crate's folder, such as `spec/key.rs`.
    pub(crate) fn add(&mut self, name: &str, path: &str, shown: &str, text: &str) {
        let mut module = vec![name.to_owned()];
        module.extend(path.trim_end_matches(".rs").split('/').map(str::to_owned));
        if ["mod", "lib", "main"].iter().any(|face| module.last().is_some_and(|last| last == face))
        {
            module.pop();
        }
        self.crates.insert(name.to_owned());
        let source = Source::of(text);
        self.files.insert(module.clone(), shown.to_owned());
        for inline in &source.modules {
            self.files.insert([&module[..], inline].concat(), shown.to_owned());
        }
        for import in &source.imports {
            let module = [&module[..], &import.scope].concat();
            self.imports.entry(module).or_default().push(import.clone());
        }
        self.sources.push((module, shown.to_owned(), source));
    }

    /// For each file, the files whose items it names outside of its tests. What a file only passes on
    /// by `pub use` it does not need.
    pub(crate) fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut arrows = BTreeMap::new();
        for (module, file, source) in &self.sources {
            let within = |scope: &[String]| [&module[..], scope].concat();
            let is_used = |import: &&Import| {
                let named = |name: &String| source.words.contains(name);
                !import.is_public || import.name.as_ref().is_some_and(named)
            };
            let imports = source.imports.iter().filter(is_used).filter_map(|import| {
                let module = within(&import.scope);
                match import.name {
                    Some(_) => self.item(&module, &import.path, 0),
                    None => self.module(&module, &import.path, 0).and_then(|m| self.files.get(&m)),
                }
            });
            let paths =
                source.paths.iter().filter_map(|(scope, path)| self.item(&within(scope), path, 0));
            let needs = imports.chain(paths).filter(|needed| *needed != file).cloned();
            arrows.insert(file.clone(), needs.collect());
        }
        arrows
    }

    /// The file that defines what a path names; none if that is a module, or of another crate.
    fn item(&self, from: &[String], path: &[String], depth: usize) -> Option<&String> {
        match self.follow(from, path, depth)? {
            (module, true) => self.files.get(&module),
            (_, false) => None,
        }
    }

    fn module(&self, from: &[String], path: &[String], depth: usize) -> Option<Module> {
        self.follow(from, path, depth).and_then(|(module, is_item)| (!is_item).then_some(module))
    }

    /// The module that a path leads to, and whether it names an item in there.
    fn follow(&self, from: &[String], path: &[String], depth: usize) -> Option<(Module, bool)> {
        if depth > DEPTH {
            return None;
        }
        let mut path = path.iter().peekable();
        let mut at = match path.peek()?.as_str() {
            "crate" => {
                path.next();
                from[..1].to_vec()
            }
            "self" => {
                path.next();
                from.to_vec()
            }
            "super" => from.to_vec(),
            first if self.crates.contains(first) && !self.knows(from, first) => {
                path.next();
                vec![first.to_owned()]
            }
            first if self.knows(from, first) => from.to_vec(),
            _ => return None,
        };
        for part in path {
            if part == "super" {
                at.pop();
                continue;
            }
            let child = [&at[..], std::slice::from_ref(part)].concat();
            if self.files.contains_key(&child) {
                at = child;
                continue;
            }
            match self.imported(&at, part, depth) {
                Some((module, false)) => at = module,
                Some(item) => return Some(item),
                None => return Some((at, true)),
            }
        }
        Some((at, false))
    }

    /// Whether a module has a module of this name, or imports the name.
    fn knows(&self, module: &[String], name: &str) -> bool {
        let child = [module, &[name.to_owned()]].concat();
        let mut imports = self.imports.get(module).into_iter().flatten();
        self.files.contains_key(&child)
            || imports.any(|import| import.name.as_deref() == Some(name))
    }

    /// Where a name that a module imports comes from.
    fn imported(&self, module: &[String], name: &str, depth: usize) -> Option<(Module, bool)> {
        let imports = || self.imports.get(module).into_iter().flatten();
        if let Some(import) = imports().find(|import| import.name.as_deref() == Some(name)) {
            // `use a::a` may not be taken for itself.
            return self.follow(module, &import.path, depth + 1);
        }
        imports().filter(|import| import.name.is_none()).find_map(|import| {
            let from = self.module(module, &import.path, depth + 1)?;
            let child = [&from[..], &[name.to_owned()]].concat();
            if self.files.contains_key(&child) {
                return Some((child, false));
            }
            self.imported(&from, name, depth + 1)
        })
    }
}

/// Sets of files of which each needs all others, by way of others or not.
pub(crate) fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|file| (file, reach(file, arrows))).collect();
    let circle = |file: &String| {
        let others = reached[file]
            .iter()
            .filter(|other| reached.get(**other).is_some_and(|reached| reached.contains(file)));
        others.map(|other| (*other).clone()).collect::<BTreeSet<String>>()
    };
    arrows.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// All files that a file needs, by way of others or not.
fn reach<'a>(
    file: &'a String,
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flatten() {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arrows between files of a crate `a`, as `from>to`.
    fn arrows(files: &[(&str, &str)]) -> Vec<String> {
        let mut graph = Graph::default();
        files.iter().for_each(|(path, text)| graph.add("a", path, path, text));
        let arrows = graph.arrows();
        let pairs =
            arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from}>{to}")));
        pairs.collect()
    }

    const FACE: (&str, &str) = ("b/mod.rs", "mod c; mod d; pub use c::C; pub(crate) use d::*;");

    #[test]
    fn names_lead_to_where_they_are_defined() {
        let defined = [FACE, ("b/c.rs", "pub struct C;"), ("b/d.rs", "pub struct D;")];
        for (text, expected) in [
            ("use crate::b::C;", "b/c.rs"),
            ("use crate::b::c::C as X;", "b/c.rs"),
            ("use crate::b; fn f() -> b::C {}", "b/c.rs"),
            ("use crate::b::{self, c}; fn f() { c::g() }", "b/c.rs"),
            ("fn f() { crate::b::C::new() }", "b/c.rs"),
            ("use super::b::c::*;", "b/c.rs"),
            ("fn f() { use a::b::C; }", "b/c.rs"),
            ("mod inner { use super::super::b::C; }", "b/c.rs"),
            ("use crate::b::E;", "b/mod.rs"),
        ] {
            let files = [&defined[..], &[("e.rs", text)]].concat();
            assert_eq!(arrows(&files), [format!("e.rs>{expected}")], "{text}");
        }
    }

    #[test]
    fn what_needs_nothing() {
        let defined = [FACE, ("b/c.rs", "pub struct C;"), ("b/d.rs", "")];
        for text in [
            "use crate::b;",
            "pub use crate::b::C;",
            "use std::fmt; use image::Luma; fn f() { image::open() }",
            "#[cfg(test)] mod tests { use crate::b::C; }",
            "// crate::b::C\nconst X: &str = \"crate::b::C\";",
        ] {
            assert!(arrows(&[&defined[..], &[("e.rs", text)]].concat()).is_empty(), "{text}");
        }
        let used = [&defined[..], &[("e.rs", "pub use crate::b::C; fn f(c: C) {}")]].concat();
        assert_eq!(arrows(&used), ["e.rs>b/c.rs"], "passed on and needed");
    }

    #[test]
    fn children_and_siblings() {
        let files = [
            ("b/mod.rs", "mod c; mod d; use d::D; fn f() { c::g() } struct B;"),
            ("b/c.rs", "use super::{B, d::D};"),
            ("b/d.rs", ""),
        ];
        assert_eq!(
            arrows(&files),
            ["b/c.rs>b/d.rs", "b/c.rs>b/mod.rs", "b/mod.rs>b/c.rs", "b/mod.rs>b/d.rs"]
        );
    }

    #[test]
    fn a_circle_of_imports_ends() {
        let files =
            [("b.rs", "pub use crate::c::X; fn f(x: X) {}"), ("c.rs", "pub use crate::b::X;")];
        assert!(arrows(&files).len() <= 2, "wherever it ends, it ends");
    }

    #[test]
    fn circles_are_found_whole() {
        let arrows = |pairs: &[&str]| {
            let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for pair in pairs {
                let (from, to) = pair.split_once('>').expect("a pair");
                arrows.entry(from.into()).or_default().insert(to.into());
                arrows.entry(to.into()).or_default();
            }
            circles(&arrows).iter().map(|c| c.iter().cloned().collect()).collect::<Vec<String>>()
        };
        assert!(arrows(&["a>b", "b>c", "a>c"]).is_empty());
        assert_eq!(arrows(&["a>b", "b>a", "b>c"]), ["ab"]);
        assert_eq!(arrows(&["a>b", "b>c", "c>a", "c>d", "d>e", "e>d", "f>a"]), ["abc", "de"]);
    }
}
