//! Data as what an operation takes: files are read, directories bundled, bytes decoded and parsed.

use super::build::{Builder, Data, Fault, Flow};
use super::convert::{self, Hop};
use super::ground;
use crate::plan::fits::{fits, handle, refinement};
use telos_abi::{HandleKind, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Input};

impl Builder<'_> {
    /// The data as something that may enter a port of this type.
    pub(super) fn enter(&mut self, flow: &Flow, want: &Type, lifted: bool) -> Result<Input, Fault> {
        match (want, &flow.data) {
            (Type::Handle { kind: HandleKind::File, .. }, Data::Files(paths)) => match paths.as_slice() {
                [path] if !lifted => Ok(self.path(path)),
                paths if lifted => Ok(self.list(paths)),
                _ => Err(Fault::NoWay("one file")),
            },
            (Type::Handle { kind: HandleKind::Directory, .. }, Data::Directory(path)) => Ok(self.path(path)),
            (Type::Handle { kind: HandleKind::Directory, .. }, Data::Files(paths)) if paths.len() == 1 => {
                Ok(self.path(&paths[0]))
            }
            (Type::Handle { kind: HandleKind::File, .. }, Data::Directory(path)) if lifted => {
                let node = self.list_directory(path)?;
                Ok(Self::edge(node, 0))
            }
            (Type::List { item, .. }, Data::Files(paths)) if handle(item).is_some() => Ok(self.list(paths)),
            (Type::List { item, .. }, Data::Directory(path)) if handle(item).is_some() => {
                let path = path.clone();
                let node = self.list_directory(&path)?;
                Ok(Self::edge(node, 0))
            }
            // What was written to a file is that file, where one is asked for.
            (Type::Handle { kind: HandleKind::File, .. }, Data::Output { .. }) if flow.stored.is_some() => {
                Ok(self.path(flow.stored.as_deref().unwrap_or_default()))
            }
            (Type::Blob { refinement: Refinement::Bundle, .. }, Data::Output { node, port, .. })
                if refinement(self.output_type(*node, *port)) != Some(Refinement::Bundle) && flow.stored.is_some() =>
            {
                self.of_files(flow, flow.stored.as_slice(), want)
            }
            (Type::Blob { .. }, Data::Files(paths)) if lifted => {
                let kind = paths.first().map(|path| ground::end(path));
                let files = self.list(paths);
                self.read_each(files, kind.as_deref(), want)
            }
            (_, Data::Output { node, port, lifted: many }) => self.of_output(flow, *node, *port, *many, want, lifted),
            (Type::Blob { .. }, Data::Files(paths)) => {
                let paths = paths.clone();
                self.of_files(flow, &paths, want)
            }
            (Type::Blob { refinement, .. }, Data::Directory(path)) => {
                let path = path.clone();
                self.of_directory(&path, *refinement, want)
            }
            _ => Err(Fault::NoWay("what is asked for")),
        }
    }

    pub(super) fn list(&self, paths: &[String]) -> Input {
        let all_said = paths.iter().all(|path| self.ground.reading.text.contains(path.as_str()));
        let origin = if all_said { ConstantOrigin::UserTurn } else { ConstantOrigin::Observed };
        Self::constant(Value::List(paths.iter().cloned().map(Value::Text).collect()), origin)
    }

    pub(super) fn list_directory(&mut self, path: &str) -> Result<usize, Fault> {
        let list = self.named("file.list")?;
        let input = self.path(path);
        Ok(self.push(list, vec![(0, input)], None))
    }

    pub(super) fn of_directory(&mut self, path: &str, wanted: Refinement, want: &Type) -> Result<Input, Fault> {
        if wanted == Refinement::Table {
            let find = self.named("file.find")?;
            let entry = self.entry(find);
            let output = convert::output(entry, "entries").ok_or(Fault::Malformed)?;
            let input = self.path(path);
            let node = self.push(find, vec![(0, input)], None);
            return Ok(Self::edge(node, output));
        }
        let bundle = self.named("directory.bundle")?;
        let input = self.path(path);
        let node = self.push(bundle, vec![(0, input)], None);
        let hops = convert::path(self.lexicon, self.output_type(node, 0), want, None);
        match hops {
            Some(hops) => Ok(self.follow(node, 0, &hops)),
            None if wanted == Refinement::Utf8 => {
                let text = self.named("bundle.text")?;
                let node = self.push(text, vec![(0, Self::edge(node, 0))], None);
                Ok(Self::edge(node, 0))
            }
            None => Err(Fault::NoWay("a directory")),
        }
    }

    pub(super) fn of_files(&mut self, flow: &Flow, paths: &[String], want: &Type) -> Result<Input, Fault> {
        let bundle = refinement(want) == Some(Refinement::Bundle);
        let kind = flow.kind.clone();
        match paths {
            [path] if !bundle => {
                let node = self.read_file(path)?;
                let hops = convert::path(self.lexicon, self.output_type(node, 0), want, kind.as_deref())
                    .ok_or(Fault::NoWay("a file of this kind"))?;
                Ok(self.follow(node, 0, &hops))
            }
            paths if bundle => {
                let directories = paths.iter().all(|path| ground::end(path).is_empty());
                if let ([path], true) = (paths, directories) {
                    return self.of_directory(path, Refinement::Bundle, want);
                }
                let files = self.named("file.bundle")?;
                let input = self.list(paths);
                let node = self.push(files, vec![(0, input)], None);
                Ok(Self::edge(node, 0))
            }
            paths if refinement(want) == Some(Refinement::Table) => self.appended(paths, want),
            paths => {
                let all = self.named("file.read-all")?;
                let input = self.list(paths);
                let node = self.push(all, vec![(0, input)], None);
                let kind = paths.first().map(|path| ground::end(path));
                let hops = convert::path(self.lexicon, self.output_type(node, 0), want, kind.as_deref())
                    .ok_or(Fault::NoWay("files of this kind"))?;
                Ok(self.follow(node, 0, &hops))
            }
        }
    }

    /// Several tables below each other.
    pub(super) fn appended(&mut self, paths: &[String], want: &Type) -> Result<Input, Fault> {
        let append = self.named("table.append")?;
        let mut all: Option<Input> = None;
        for path in paths {
            let flow = self.file(path.clone());
            let one = self.of_files(&flow, std::slice::from_ref(path), want)?;
            all = Some(match all {
                None => one,
                Some(before) => {
                    let node = self.push(append, vec![(0, before), (1, one)], None);
                    Self::edge(node, 0)
                }
            });
        }
        all.ok_or(Fault::Malformed)
    }

    pub(super) fn read_file(&mut self, path: &str) -> Result<usize, Fault> {
        if let Some(node) = self.reads.get(path)
            && self.changed.is_none()
        {
            return Ok(*node);
        }
        let read = self.named("file.read")?;
        let input = self.path(path);
        let node = self.push(read, vec![(0, input)], None);
        self.reads.insert(path.to_owned(), node);
        Ok(node)
    }

    /// Adds the conversions.
    pub(super) fn follow(&mut self, mut node: usize, mut port: usize, hops: &[Hop]) -> Input {
        for hop in hops {
            node = match self.memo.get(&(node, port, hop.entry)) {
                Some(known) => *known,
                None => {
                    let made = self.push(hop.entry, vec![(hop.input, Self::edge(node, port))], None);
                    self.memo.insert((node, port, hop.entry), made);
                    made
                }
            };
            port = hop.output;
        }
        Self::edge(node, port)
    }

    pub(super) fn of_output(
        &mut self,
        flow: &Flow,
        node: usize,
        port: usize,
        many: bool,
        want: &Type,
        lifted: bool,
    ) -> Result<Input, Fault> {
        let kind = flow.kind.clone();
        let mut port = port;
        let mut own = self.output_type(node, port);
        if many && !lifted {
            return Err(Fault::NoWay("a result for each"));
        }
        if lifted {
            // Of a table of what was found, the files themselves.
            if let (Some(files), false) = (self.files_beside(node, port), many) {
                port = files;
                own = self.output_type(node, port);
            }
            let item = match own {
                Type::List { item, .. } if !many => item,
                _ if many => own,
                _ => return Err(Fault::NoWay("a list")),
            };
            return if fits(item, want) { Ok(Self::edge(node, port)) } else { self.lift(node, port, item, want) };
        }
        // What came from no file of a known kind is of the kind that it is read as; a table that was written out stays as it is.
        let flattened = self.flattened(node);
        let meant = |kind: Option<String>| {
            match refinement(want) {
                Some(Refinement::Table) => Some("csv"),
                Some(Refinement::Json) => Some("json"),
                Some(Refinement::Xml) => Some("xml"),
                _ => None,
            }
            .filter(|_| (kind.is_none() || flow.file.is_none()) && !flattened)
        };
        let hops = convert::path(self.lexicon, own, want, kind.as_deref())
            .or_else(|| convert::path(self.lexicon, own, want, Some(meant(kind)?)));
        if let Some(hops) = hops {
            return Ok(self.follow(node, port, &hops));
        }
        if let (Some(files), Type::Blob { refinement: Refinement::Bundle, .. }) = (self.files_beside(node, port), want)
        {
            let bundle = self.named("file.bundle")?;
            let node = self.push(bundle, vec![(0, Self::edge(node, files))], None);
            return Ok(Self::edge(node, 0));
        }
        // Another output of the same operation may be what is meant: a table of what was found instead of the files.
        for (other, output) in self.entry(self.entries[node]).is.outputs.iter().enumerate() {
            if other != port && fits(&output.ty, want) && !matches!(want, Type::Int { .. } | Type::Bool) {
                return Ok(Self::edge(node, other));
            }
        }
        self.value(node, port, want)
    }

    /// The output that holds files, of an operation that gives a table of them as well.
    pub(super) fn files_beside(&self, node: usize, port: usize) -> Option<usize> {
        let files = |ty: &Type| matches!(ty, Type::List { item, .. } if handle(item) == Some(HandleKind::File));
        let outputs = &self.entry(self.entries[node]).is.outputs;
        let table = refinement(&outputs[port].ty) == Some(Refinement::Table);
        if files(&outputs[port].ty) {
            return Some(port);
        }
        outputs.iter().position(|output| files(&output.ty)).filter(|_| table)
    }

    /// A conversion of every item.
    pub(super) fn lift(&mut self, node: usize, port: usize, item: &Type, want: &Type) -> Result<Input, Fault> {
        if handle(item) != Some(HandleKind::File) || !matches!(want, Type::Blob { .. }) {
            return Err(Fault::NoWay("each item"));
        }
        let kind = self.kind_found(node).unwrap_or_else(|| "txt".to_owned());
        self.read_each(Self::edge(node, port), Some(&kind), want)
    }

    /// The end of the names of what was searched for by it.
    fn kind_found(&self, node: usize) -> Option<String> {
        let port = convert::input(self.entry(self.entries[node]), "extension")?;
        let given = self.nodes[node].inputs.iter().find(|(at, _)| usize::from(at.0) == port)?;
        match &given.1 {
            Input::Constant(Constant { value: Value::Text(end), .. }) if !end.is_empty() => Some(end.to_lowercase()),
            _ => None,
        }
    }

    /// The content of each file, as what is wanted.
    fn read_each(&mut self, files: Input, kind: Option<&str>, want: &Type) -> Result<Input, Fault> {
        let read = self.named("file.read")?;
        let node = self.push(read, vec![(0, files)], Some(0));
        let hops =
            convert::path(self.lexicon, self.output_type(node, 0), want, kind).ok_or(Fault::NoWay("each file"))?;
        let mut at = (node, 0);
        for hop in hops {
            at = (self.push(hop.entry, vec![(hop.input, Self::edge(at.0, at.1))], Some(hop.input)), hop.output);
        }
        Ok(Self::edge(at.0, at.1))
    }
}
