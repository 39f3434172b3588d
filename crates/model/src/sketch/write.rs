//! Where results go: to a file in the form that its name promises, below a directory, or to the person.

use super::build::{Builder, Built, Data, Fault, Flow};
use super::convert::{self, Hop};
use super::ground;
use super::{Slot, Source};
use crate::plan::fits::refinement;
use crate::turn::EntryKind;
use telos_abi::{EffectKind, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Graph, Input};

impl Builder<'_> {
    /// Writes data to the file that a slot names; into a directory that is here under the name of what it came from.
    pub(super) fn save_as(&mut self, flow: &Flow, slot: &Slot) -> Result<Flow, Fault> {
        let said = self.ground.text(slot);
        let bare = said.trim_start_matches('.').to_lowercase();
        if crate::read::FORMATS.iter().any(|(word, end)| *word == bare || *end == bare) {
            // "as csv" says how, not where.
            return Err(Fault::Malformed);
        }
        let word = bare.replace('-', "");
        let choice = self.lexicon.entries.iter().flat_map(|entry| &entry.is.inputs).any(|input| match &input.ty {
            Type::Variant(cases) => cases.keys().any(|case| case.replace('-', "") == word),
            _ => false,
        });
        if choice {
            // "The SHA-256" is not a name.
            return Err(Fault::Malformed);
        }
        if said.contains('@') && !said.contains('/') {
            // An address of somebody is no file.
            return Err(Fault::Malformed);
        }
        let beside = flow.file.as_deref().and_then(|file| file.rsplit_once('/')).map(|(directory, _)| directory);
        let mut path = self.ground.made(slot, beside.filter(|_| self.ground.says_beside(slot)));
        let directory = self.ground.around.lookup(&path).is_some_and(|entry| entry.kind == EntryKind::Directory);
        if directory || said.ends_with('/') {
            let name = flow.file.as_deref().map(|file| file.rsplit('/').next().unwrap_or(file));
            path = format!("{path}/{}", name.ok_or(Fault::Malformed)?);
        }
        self.read(slot, format!("the file to write = “{path}”"));
        let table = self.unwritten(flow, &path);
        self.save(table.as_ref().unwrap_or(flow), &path)
    }

    /// A table with tabs that was only written out as it is, where a file of another form is to be filled: the table itself.
    fn unwritten(&mut self, flow: &Flow, path: &str) -> Option<Flow> {
        let Data::Output { node, lifted: false, .. } = flow.data else { return None };
        let form = crate::plan::promised(&ground::end(path))?;
        let tabs = flow.file.as_deref().is_some_and(|file| matches!(ground::end(file).as_str(), "tsv" | "tab"));
        let written = tabs && self.flattened(node) && refinement(self.output_type(node, 0)) == Some(Refinement::Utf8);
        let table = self.nodes[node].inputs.iter().find(|(port, _)| port.0 == 0).filter(|_| written);
        match table.map(|(_, input)| input.clone()) {
            Some(Input::From(edge)) if form != Refinement::Html && node + 1 == self.nodes.len() => {
                self.nodes.pop();
                self.entries.pop();
                let node = usize::try_from(edge.node.0).ok()?;
                Some(Flow {
                    data: Data::Output { node, port: usize::from(edge.port.0), lifted: false },
                    ..flow.clone()
                })
            }
            _ => None,
        }
    }

    /// The name that packed data gets where none is said: that of what was packed, with the end of the form.
    fn beside(&self, flow: &Flow, node: usize) -> Option<String> {
        let entry = self.entry(self.entries[node]);
        let packs = |name: &str| entry.is.name == name;
        let of = flow.packed.as_deref().or(flow.file.as_deref())?.trim_end_matches('/');
        let of = if of == "." { "archive" } else { of };
        let form = convert::input(entry, "form").and_then(|form| {
            let given = self.nodes[node].inputs.iter().find(|(port, _)| usize::from(port.0) == form);
            match given {
                Some((_, Input::Constant(Constant { value: Value::Variant(case, _), .. }))) => Some(case.as_str()),
                _ => None,
            }
        });
        let end = packed_end(form);
        if packs("bundle.to-zip") {
            Some(format!("{of}.zip"))
        } else if packs("bundle.to-tar") {
            Some(format!("{of}.tar{end}"))
        } else if packs("data.compress") {
            Some(format!("{of}{end}"))
        } else {
            None
        }
    }

    /// What was unpacked, under the name of its file without the end of its form. What was packed is named when it is shown.
    pub(super) fn beside_its_file(&mut self, flow: Flow) -> Result<Flow, Fault> {
        let unpacked = match &flow.data {
            Data::Output { node, .. } => self.entry(self.entries[*node]).is.name == "data.decompress",
            _ => false,
        };
        match flow.file.clone().as_deref().and_then(|file| file.rsplit_once('.')) {
            Some((stem, _)) if unpacked => self.save(&flow, stem),
            _ => Ok(flow),
        }
    }

    /// Whether a flow is its file in another form, which has another name.
    pub(super) fn is_other_form(&self, flow: &Flow) -> bool {
        match &flow.data {
            Data::Output { node, .. } => matches!(
                self.entry(self.entries[*node]).is.name.as_str(),
                "data.compress" | "data.decompress" | "bundle.to-zip" | "bundle.to-tar" | "archive.unpack"
            ),
            _ => false,
        }
    }

    /// Writes data to a file, in the form that the end of its name promises.
    pub(super) fn save(&mut self, flow: &Flow, path: &str) -> Result<Flow, Fault> {
        let write = self.named("file.write")?;
        let entry = self.entry(write);
        let content = convert::input(entry, "content").ok_or(Fault::Malformed)?;
        let end = ground::end(path);
        let promised = crate::plan::promised(&end);
        let bytes = &entry.is.inputs[content].ty;
        let picture = if promised == Some(Refinement::Image) { self.picture(flow, &end)? } else { None };
        let input = match picture.or_else(|| promised.and_then(|refinement| self.promised(flow, refinement))) {
            Some(input) => input,
            None => self.plain(flow, &end, bytes)?,
        };
        let file = self.path(path);
        self.push(write, vec![(0, file), (content, input)], None);
        let mut kept = flow.clone();
        kept.kept = true;
        kept.file = Some(path.to_owned());
        kept.stored = Some(path.to_owned());
        kept.kind = Some(end).filter(|end| !end.is_empty()).or(kept.kind);
        if matches!(kept.data, Data::Files(_)) {
            kept.data = Data::Files(vec![path.to_owned()]);
        }
        self.saved.insert(path.to_owned(), kept.clone());
        Ok(kept)
    }

    /// Whether a flow is a drawing: what was drawn, or the file of one.
    pub(super) fn is_drawing(&self, flow: &Flow) -> bool {
        match &flow.data {
            Data::Output { node, port, lifted: false } => {
                let drawn = refinement(self.output_type(*node, *port)) == Some(Refinement::Svg);
                drawn || flow.kind.as_deref() == Some("svg")
            }
            Data::Files(paths) => matches!(paths.as_slice(), [path] if ground::end(path) == "svg"),
            _ => false,
        }
    }

    /// A drawing as a picture.
    pub(super) fn pictured(&mut self, flow: &Flow) -> Result<Flow, Fault> {
        let step = self.named("svg.to-png")?;
        let drawing = self.enter(flow, &self.entry(step).is.inputs[0].ty, false)?;
        let node = self.push(step, vec![(0, drawing)], None);
        let kind = Some(String::from("png"));
        Ok(Flow { data: Data::Output { node, port: 0, lifted: false }, kind, ..flow.clone() })
    }

    /// A picture in the format that a name promises, if it comes in another one or as a drawing.
    fn picture(&mut self, flow: &Flow, end: &str) -> Result<Option<Input>, Fault> {
        let format = |end: &str| match end {
            "jpg" | "jpeg" => Some("jpeg"),
            "tif" | "tiff" => Some("tiff"),
            "png" => Some("png"),
            "gif" => Some("gif"),
            "bmp" => Some("bmp"),
            "webp" => Some("webp"),
            _ => None,
        };
        let drawn = if self.is_drawing(flow) { Some(self.pictured(flow)?) } else { None };
        let own = match drawn {
            Some(_) => Some("png"),
            None => flow.file.as_deref().and_then(|file| format(&ground::end(file))),
        };
        let Some((own, wanted)) = own.zip(format(end)) else { return Ok(None) };
        let flow = drawn.as_ref().unwrap_or(flow);
        let convert = self.named("image.convert")?;
        let entry = self.entry(convert);
        if own == wanted {
            return drawn.as_ref().map(|drawn| self.enter(drawn, &entry.is.inputs[0].ty, false)).transpose();
        }
        let input = self.enter(flow, &entry.is.inputs[0].ty, false)?;
        let port = convert::input(entry, "format").ok_or(Fault::Malformed)?;
        let case = crate::plan::case(&entry.is.inputs[port].ty, wanted).ok_or(Fault::Malformed)?;
        let node = self.push(convert, vec![(0, input), (port, Self::constant(case, ConstantOrigin::Planner))], None);
        Ok(Some(Self::edge(node, 0)))
    }

    /// The data as what a file of this name holds: converted, or written by way of a table or document.
    pub(super) fn promised(&mut self, flow: &Flow, wanted: Refinement) -> Option<Input> {
        if let Some(input) = self.attempt(flow, wanted) {
            return Some(input);
        }
        let ways: &[(Refinement, &[Refinement])] = &[
            (Refinement::Json, &[Refinement::Table]),
            (Refinement::Yaml, &[Refinement::Json, Refinement::Table]),
            (Refinement::Toml, &[Refinement::Json, Refinement::Table]),
            (Refinement::Html, &[Refinement::Markdown, Refinement::Table]),
        ];
        let (_, through) = ways.iter().find(|(to, _)| *to == wanted)?;
        for from in *through {
            let steps: Vec<Hop> = match (from, wanted) {
                (Refinement::Table, Refinement::Yaml | Refinement::Toml) => [
                    convert::writer(self.lexicon, Refinement::Table, Refinement::Json),
                    convert::writer(self.lexicon, Refinement::Json, wanted),
                ]
                .into_iter()
                .collect::<Option<Vec<Hop>>>()?,
                _ => convert::writer(self.lexicon, *from, wanted).into_iter().collect(),
            };
            if steps.is_empty() {
                continue;
            }
            if let Some(Input::From(edge)) = self.attempt(flow, *from) {
                let node = usize::try_from(edge.node.0).ok()?;
                return Some(self.follow(node, usize::from(edge.port.0), &steps));
            }
        }
        None
    }

    /// The data as this refinement, or as if nothing had been tried.
    pub(super) fn attempt(&mut self, flow: &Flow, wanted: Refinement) -> Option<Input> {
        let before = (self.nodes.len(), self.readings.len(), self.changed);
        let want = Type::Blob { refinement: wanted, max: u64::MAX };
        let got = self.enter(flow, &want, false).ok();
        if got.is_none() {
            self.nodes.truncate(before.0);
            self.entries.truncate(before.0);
            self.readings.truncate(before.1);
            self.changed = before.2;
            self.memo.retain(|_, node| *node < before.0);
            self.reads.retain(|_, node| *node < before.0);
        }
        got
    }

    /// The data as it is: a table as Markdown or lines where the file is of that kind.
    pub(super) fn plain(&mut self, flow: &Flow, end: &str, bytes: &Type) -> Result<Input, Fault> {
        let input = self.enter(flow, bytes, false)?;
        let Input::From(from) = &input else { return Ok(input) };
        let (node, port) = (usize::try_from(from.node.0).unwrap_or(0), usize::from(from.port.0));
        let own = refinement(self.output_type(node, port));
        let step = match (own, end) {
            (Some(Refinement::Table), "md" | "markdown") => "table.to-markdown",
            (Some(Refinement::Table), "txt" | "text" | "") => "table.format",
            (Some(Refinement::Table), "html" | "htm") => "table.to-html",
            (Some(Refinement::Table), "sqlite" | "sqlite3" | "db") => "sqlite.make",
            (Some(Refinement::Bundle), "zip") => "bundle.to-zip",
            (Some(Refinement::Bundle), "tar" | "gz" | "tgz" | "xz" | "bz2" | "zst") => "bundle.to-tar",
            (Some(Refinement::Table), "tsv" | "tab") => "table.format",
            (Some(Refinement::Table), "jsonl" | "ndjson") => "table.to-json",
            (Some(Refinement::Utf8), _) if self.flattened(node) && crate::plan::promised(end).is_some() => {
                return Err(Fault::NoWay("a table that is already written out"));
            }
            _ => return Ok(input),
        };
        let index = self.named(step)?;
        let mut inputs = vec![(0, input)];
        let form = match (step, end) {
            ("table.format", "tsv" | "tab") => Some(("format", "tsv")),
            ("table.format", _) => Some(("format", "aligned")),
            ("bundle.to-tar", "tar") => Some(("form", "tar")),
            ("bundle.to-tar", "xz") => Some(("form", "xz")),
            ("bundle.to-tar", "bz2") => Some(("form", "bzip2")),
            ("bundle.to-tar", "zst") => Some(("form", "zstd")),
            _ => None,
        };
        if let Some((setting, case)) = form {
            let entry = self.entry(index);
            let port = convert::input(entry, setting).ok_or(Fault::Malformed)?;
            let value = crate::plan::case(&entry.is.inputs[port].ty, case).ok_or(Fault::Malformed)?;
            inputs.push((port, Self::constant(value, ConstantOrigin::Planner)));
        }
        let node = self.push(index, inputs, None);
        if step == "table.to-json" && matches!(end, "jsonl" | "ndjson") {
            let lines = self.named("json.to-lines")?;
            let node = self.push(lines, vec![(0, Self::edge(node, 0))], None);
            return Ok(Self::edge(node, 0));
        }
        Ok(Self::edge(node, 0))
    }

    /// Whether a node writes a table out as text: what a file of another form must not be filled with.
    pub(super) fn flattened(&self, node: usize) -> bool {
        let inputs = &self.entry(self.entries[node]).is.inputs;
        inputs.first().is_some_and(|input| refinement(&input.ty) == Some(Refinement::Table))
    }

    /// Writes the files of a bundle below a directory.
    pub(super) fn fill(&mut self, flow: Flow, into: &Source) -> Result<Flow, Fault> {
        let fill = self.named("directory.fill")?;
        let entry = self.entry(fill);
        let bundle = self.enter(&flow, &entry.is.inputs[0].ty, false)?;
        let path = match into {
            Source::Here => ".".to_owned(),
            Source::Slot(slot) => {
                let existing = self.ground.directory(slot).ok().filter(|_| slot.letter == 'd');
                let path = existing.unwrap_or_else(|| self.ground.made(slot, None));
                self.read(slot, format!("{} = “{path}”", entry.is.inputs[1].meaning));
                path
            }
            _ => return Err(Fault::Malformed),
        };
        let directory = self.path(&path);
        self.push(fill, vec![(0, bundle), (1, directory)], None);
        let mut kept = Flow { kept: true, ..flow };
        self.saved.insert(path.clone(), Flow { kept: true, ..Flow::of(Data::Directory(path)) });
        kept.file = None;
        Ok(kept)
    }

    /// Shows what was not put anywhere.
    pub(super) fn finish(mut self, results: &[Flow]) -> Result<Built, Fault> {
        let mut outputs = Vec::new();
        let mut meanings = Vec::new();
        for flow in results {
            if flow.kept {
                continue;
            }
            let packed = match &flow.data {
                Data::Output { node, lifted: false, .. } => self.beside(flow, *node),
                _ => None,
            };
            if let Some(path) = packed {
                // Nobody reads an archive off a screen.
                self.save(flow, &path)?;
                continue;
            }
            let (node, port) = match &flow.data {
                Data::Output { node, port, .. } => (*node, *port),
                Data::Files(paths) if paths.len() == 1 => {
                    let text = Type::Blob { refinement: Refinement::Utf8, max: u64::MAX };
                    match self.enter(flow, &text, false)? {
                        Input::From(edge) => (usize::try_from(edge.node.0).unwrap_or(0), usize::from(edge.port.0)),
                        Input::Constant(_) => return Err(Fault::Malformed),
                    }
                }
                Data::Nothing => continue,
                _ => return Err(Fault::Malformed),
            };
            let ports = &self.entry(self.entries[node]).is.outputs;
            // Who asks whether something holds wants to know why it does not.
            let why = ports.iter().position(|other| matches!(other.name.as_str(), "problem" | "difference"));
            let why = why.filter(|_| matches!(ports[port].ty, Type::Bool));
            for port in std::iter::once(port).chain(why) {
                let Input::From(edge) = Self::edge(node, port) else { continue };
                outputs.push(edge);
                meanings.push(ports[port].meaning.clone());
            }
        }
        // Where nothing is to be shown, what was done last is: the file that was written, the directory that was made.
        if let Some(last) = self.changed.filter(|_| outputs.is_empty())
            && let (Input::From(edge), Some(port)) =
                (Self::edge(last, 0), self.entry(self.entries[last]).is.outputs.first())
        {
            outputs.push(edge);
            meanings.push(port.meaning.clone());
        }
        if self.nodes.is_empty() {
            return Err(Fault::Malformed);
        }
        let mut readings = std::mem::take(&mut self.readings);
        readings.sort_by(|a, b| (a.span.start, a.span.end, &a.meaning).cmp(&(b.span.start, b.span.end, &b.meaning)));
        readings.dedup();
        let replaces = (0..self.nodes.len()).any(|node| self.replaces(node));
        let evident = self.evident;
        Ok(Built { graph: Graph { nodes: self.nodes, outputs }, readings, outputs: meanings, replaces, evident })
    }

    /// Whether a node changes something, and not only by making what is not here yet.
    fn replaces(&self, node: usize) -> bool {
        let entry = self.entry(self.entries[node]);
        if !entry.changes_things() {
            return false;
        }
        let makes = |port: usize| entry.acts(port, EffectKind::FileCreate) || entry.acts(port, EffectKind::DirCreate);
        let unmakes = |port: usize| entry.acts(port, EffectKind::FileDelete) || entry.acts(port, EffectKind::FileMove);
        let ports = 0..entry.is.inputs.len();
        if ports.clone().any(unmakes) || !ports.clone().any(makes) {
            return true;
        }
        let new = |port: usize| {
            let given = self.nodes[node].inputs.iter().find(|(at, _)| usize::from(at.0) == port);
            match given {
                Some((_, Input::Constant(Constant { value: Value::Text(path), .. }))) => {
                    self.ground.around.lookup(path).is_none()
                }
                _ => false,
            }
        };
        !ports.filter(|port| makes(*port)).all(new)
    }
}

/// What packing in a form adds to a name.
pub(super) fn packed_end(form: Option<&str>) -> &'static str {
    match form {
        Some("bzip2") => ".bz2",
        Some("xz") => ".xz",
        Some("zstd") => ".zst",
        Some("lz4") => ".lz4",
        Some("zlib") => ".zz",
        Some("tar") => "",
        _ => ".gz",
    }
}
