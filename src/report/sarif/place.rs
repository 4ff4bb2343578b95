//! Where things stand: files as URIs, lines of them, and members of archives.

use super::log::{Artifact, ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};
use super::uri::Uri;
use crate::event::Place;
use crate::report::summary::{InputSummary, Summary};
use crate::text::Printable;
use std::collections::BTreeSet;
use std::path::Path;

/// What stands for the folder in which ftplog was run.
const BASE: &str = "SRCROOT";

/// The files of a report.
pub(super) struct Places<'a> {
    summary: &'a Summary,
    /// The URIs of the inputs, by their numbers.
    uris: Vec<Uri>,
}

impl<'a> Places<'a> {
    pub(super) fn of(summary: &'a Summary, folder: Option<&Path>) -> Self {
        let uris = summary.inputs.iter().map(|input| Uri::of(input.name.file(), folder)).collect();
        Self { summary, uris }
    }

    /// Every file once.
    pub(super) fn artifacts(&self) -> Vec<Artifact> {
        let files: BTreeSet<&Uri> = self.uris.iter().collect();
        let artifact = |uri| Artifact { location: located(uri), roles: ["analysisTarget"] };
        files.into_iter().map(artifact).collect()
    }

    /// A line. Of a member of an archive the archive is named, which is the file that there is; so GitHub can at least say which one
    /// it is. It wants a line in any case: that is the line in the member, and of a capture the packet.
    pub(super) fn location(&self, place: Place) -> Location {
        let region = Region { start_line: place.line.max(1), end_line: None };
        Location {
            physical_location: PhysicalLocation {
                region: Some(region),
                ..self.file(place.source as usize).physical_location
            },
            ..self.file(place.source as usize)
        }
    }

    /// An input, the one with that number.
    pub(super) fn file(&self, number: usize) -> Location {
        let nowhere = || Uri { text: String::new(), is_relative: true };
        let uri = self.uris.get(number).cloned().unwrap_or_else(nowhere);
        let member = self.input(number).and_then(|input| input.name.member.as_deref());
        let member = member.map(|name| Printable(name.as_bytes()).to_string());
        Location {
            id: None,
            message: None,
            physical_location: PhysicalLocation {
                artifact_location: located(&uri),
                region: None,
                context_region: None,
            },
            logical_locations: member
                .map(|name| LogicalLocation {
                    fully_qualified_name: name.clone(),
                    name,
                    kind: "archiveMember",
                })
                .into_iter()
                .collect(),
        }
    }

    /// Whether the file of a place is one of lines, and not an archive or a capture.
    pub(super) fn has_lines(&self, place: Place) -> bool {
        let input = self.input(place.source as usize);
        input.is_some_and(|input| input.name.member.is_none() && input.format != Some("capture"))
    }

    fn input(&self, number: usize) -> Option<&InputSummary> {
        self.summary.inputs.get(number)
    }
}

fn located(uri: &Uri) -> ArtifactLocation {
    ArtifactLocation { uri: uri.text.clone(), uri_base_id: uri.is_relative.then_some(BASE) }
}
