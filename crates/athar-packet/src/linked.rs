//! The case as JSON-LD, in the terms of CASE and UCO 1.x.
//!
//! Only terms that these ontologies have stand under their names. What they lack, the relation of
//! two files, the distance of their codes, how often chance does as much, is said in terms of our
//! own (`athar:`), which `PACKET.md` lists. Of the CAC ontology two terms fit: the program is a
//! `ContentHashingTool`, and the case a `SextortionIncident` where the unit says so, for that
//! ontology is of crimes against children, which a case's record does not say. Its match actions
//! speak of lists of child abuse material, so they are not used.
//!
//! Names of nodes are made of the ledger's name and of what they name: two packets of one ledger
//! give the same file the same name.

use crate::content::{File, Handle, Item, Match, Provenance, ToldTime};
use crate::{Content, Digest, Manifest};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// Nodes that a graph is made of, and what their names begin with.
struct Graph<'a> {
    ledger: &'a Digest,
    nodes: Vec<Value>,
    /// Names of what belongs to the investigation.
    objects: Vec<Value>,
}

/// The graph.
pub(crate) fn graph(content: &Content, manifest: &Manifest, is_sextortion: bool) -> Value {
    let mut graph = Graph { ledger: &manifest.ledger, nodes: Vec::new(), objects: Vec::new() };
    graph.tool(manifest);
    content.items.iter().for_each(|item| graph.item(item));
    content.handles.iter().for_each(|handle| graph.handle(handle));
    content.matches.iter().for_each(|found| graph.found(found, content));
    if is_sextortion {
        graph.incident(content);
    }
    graph.investigation(content);
    json!({ "@context": context(), "@graph": graph.nodes })
}

fn context() -> Value {
    json!({
        "athar": "urn:x-athar:packet:1:",
        "cacontology-detection": "https://cacontology.projectvic.org/detection#",
        "cacontology-sextortion": "https://cacontology.projectvic.org/sextortion#",
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "kb": "urn:x-athar:kb:",
        "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
        "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
        "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

impl Graph<'_> {
    /// `kb:Kind-` and a UUID of version 5 (RFC 9562, 5.5) made of the ledger and what is named.
    fn id(&self, kind: &str, name: &str) -> Value {
        let name = format!("urn:x-athar:{}/{kind}/{name}", self.ledger);
        let uuid = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
        json!({ "@id": format!("kb:{kind}-{uuid}") })
    }

    fn named(&self, kind: &str, name: &str) -> Value {
        self.id(kind, name)["@id"].clone()
    }

    fn add(&mut self, node: Value) {
        self.objects.push(json!({ "@id": node["@id"] }));
        self.nodes.push(node);
    }

    fn tool(&mut self, manifest: &Manifest) {
        let (name, version) = manifest.program.split_once(' ').unwrap_or((&manifest.program, ""));
        let node = json!({
            "@id": self.named("Tool", ""),
            "@type": ["uco-tool:AnalyticTool", "cacontology-detection:ContentHashingTool"],
            "uco-core:name": name,
            "uco-tool:version": version,
            "athar:scheme": manifest.schemes.iter().map(|scheme| json!({
                "@type": "athar:Scheme",
                "athar:space": scheme.space,
                "uco-core:name": scheme.scheme,
                "athar:version": scheme.version,
            })).collect::<Vec<_>>(),
        });
        self.add(node);
    }

    fn item(&mut self, item: &Item) {
        let file = self.file(&item.file);
        self.add(file);
        let action = json!({
            "@id": self.named("InvestigativeAction", &item.event.to_string()),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": "received",
            "uco-action:endTime": time(item.reported_at_ms),
            "uco-action:instrument": [self.id("Tool", "")],
            "uco-action:result": [self.id("File", &item.file.sha256.to_string())],
            "athar:event": item.event,
            "athar:report": item.report,
        });
        self.add(action);
        item.provenance.iter().for_each(|told| self.provenance(item, told));
    }

    /// That a file lay in a parcel, and under which name.
    fn provenance(&mut self, item: &Item, told: &Provenance) {
        let name = told.event.to_string();
        let parcel = self.parcel(told);
        let target = json!({ "@id": parcel["@id"] });
        self.add(parcel);
        let facet = told.name.iter().map(|path| {
            json!({
                "@id": self.named("PathRelationFacet", &name),
                "@type": "uco-observable:PathRelationFacet",
                "uco-observable:path": path,
            })
        });
        let changed = told.time.as_ref().filter(|time| !time.is_sent());
        let node = json!({
            "@id": self.named("ObservableRelationship", &name),
            "@type": ["uco-observable:ObservableRelationship", "athar:Provenance"],
            "uco-core:source": [self.id("File", &item.file.sha256.to_string())],
            "uco-core:target": [target],
            "uco-core:kindOfRelationship": "Contained_Within",
            "uco-core:isDirectional": true,
            "uco-core:hasFacet": facet.collect::<Vec<_>>(),
            "athar:changedTime": changed.map(told_time),
            "athar:report": told.report,
            "athar:event": told.event,
        });
        self.add(node);
    }

    /// What a file lay in: a message where it was sent. Parcels and senders are named by the event
    /// that tells of them, for two of one name need not be the same.
    fn parcel(&mut self, told: &Provenance) -> Value {
        let name = told.event.to_string();
        let sent = told.time.as_ref().filter(|time| time.is_sent());
        let mut node = json!({
            "@id": self.named("ObservableObject", &format!("parcel {name}")),
            "@type": "uco-observable:ObservableObject",
            "uco-core:name": told.parcel,
        });
        if told.sender.is_none() && sent.is_none() {
            return node;
        }
        let from = told.sender.as_ref().map(|sender| self.sender(&name, sender));
        node["@type"] = json!("uco-observable:Message");
        node["uco-core:hasFacet"] = json!([{
            "@id": self.named("MessageFacet", &name),
            "@type": "uco-observable:MessageFacet",
            "uco-observable:from": from,
            "uco-observable:sentTime": sent.map(told_time),
        }]);
        node
    }

    fn sender(&mut self, name: &str, sender: &str) -> Value {
        let node = json!({
            "@id": self.named("ObservableObject", &format!("sender {name}")),
            "@type": "uco-observable:ObservableObject",
            "uco-core:name": sender,
        });
        let id = json!({ "@id": node["@id"] });
        self.add(node);
        id
    }

    fn file(&self, file: &File) -> Value {
        let name = file.sha256.to_string();
        let mut facets = vec![json!({
            "@id": self.named("ContentDataFacet", &name),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:sizeInBytes": integer(file.bytes),
            "uco-observable:hash": [
                self.hash("SHA256", &name),
                self.hash("MD5", &file.md5),
            ],
        })];
        if file.kind == "image" {
            facets.push(json!({
                "@id": self.named("RasterPictureFacet", &name),
                "@type": "uco-observable:RasterPictureFacet",
                "uco-observable:pictureType": file.format,
                "uco-observable:pictureWidth": integer(file.width_px.into()),
                "uco-observable:pictureHeight": integer(file.height_px.into()),
            }));
        }
        json!({
            "@id": self.named("File", &name),
            "@type": "uco-observable:File",
            "uco-core:hasFacet": facets,
            "athar:event": file.event,
            "athar:fileFormat": file.format,
            "athar:mediaKind": file.kind,
            "athar:quality": file.quality,
        })
    }

    fn hash(&self, method: &str, value: &str) -> Value {
        json!({
            "@id": self.named("Hash", &format!("{method} {value}")),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": method,
            "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": value.to_uppercase() },
        })
    }

    fn handle(&mut self, handle: &Handle) {
        let name = handle.event.to_string();
        let facet = match handle.kind.as_str() {
            "telephone" => json!({
                "@id": self.named("PhoneAccountFacet", &name),
                "@type": "uco-observable:PhoneAccountFacet",
                "uco-observable:phoneNumber": handle.value,
            }),
            _ => json!({
                "@id": self.named("AccountFacet", &name),
                "@type": "uco-observable:AccountFacet",
                "uco-observable:accountIdentifier": handle.value,
            }),
        };
        let node = json!({
            "@id": self.named("ObservableObject", &name),
            "@type": "uco-observable:ObservableObject",
            "uco-core:hasFacet": [facet],
            "athar:handleKind": handle.kind,
            "athar:platform": handle.platform,
            "athar:alsoInCase": handle.also_in,
            "athar:event": handle.event,
        });
        self.add(node);
    }

    fn found(&mut self, found: &Match, content: &Content) {
        let other = found.other.sha256.to_string();
        let is_here = content.items.iter().any(|item| item.file.sha256 == found.other.sha256);
        let file = json!({ "@id": self.named("File", &other) });
        if !is_here && !self.objects.contains(&file) {
            let node = self.file(&found.other);
            self.add(node);
        }
        let name = format!("{} {other} {}", found.item, found.other_case);
        let here = self.id("File", &found.item.to_string());
        let there = self.id("File", &other);
        let (newer, older) = if found.is_newer { (here, there) } else { (there, here) };
        let node = json!({
            "@id": self.named("Relationship", &name),
            "@type": ["uco-core:Relationship", "athar:Match"],
            "uco-core:source": [newer],
            "uco-core:target": [older],
            // Kinds of relationships are an open list, without a word for what is found here.
            "uco-core:kindOfRelationship": "Related_To",
            "uco-core:isDirectional": true,
            "athar:relation": found.relation,
            "athar:via": found.via,
            "athar:distanceBits": found.distance,
            "athar:radiusBits": found.radius,
            "athar:inliers": found.inliers,
            "athar:falseAlarmRate": { "@type": "xsd:double", "@value": found.false_alarm_rate },
            "athar:falseAlarmPairs": found.false_alarm_pairs,
            "athar:otherCase": found.other_case,
            "athar:reviewState": found.state,
            "athar:event": found.event,
        });
        self.add(node);
    }

    fn incident(&mut self, content: &Content) {
        let node = json!({
            "@id": self.named("SextortionIncident", &content.case.event.to_string()),
            // A reader without that ontology has to know that an investigation may have it as object.
            "@type": ["uco-core:Event", "cacontology-sextortion:SextortionIncident"],
            "uco-core:name": content.case.name,
        });
        self.add(node);
    }

    fn investigation(&mut self, content: &Content) {
        let case = &content.case;
        let name = case.event.to_string();
        let record = json!({
            "@id": self.named("ProvenanceRecord", &name),
            "@type": "case-investigation:ProvenanceRecord",
            "uco-core:description": "the files of the case, as its unit received them",
            "uco-core:object": content.items.iter()
                .map(|item| self.id("File", &item.file.sha256.to_string()))
                .collect::<Vec<_>>(),
        });
        self.add(record);
        let node = json!({
            "@id": self.named("Investigation", &name),
            "@type": "case-investigation:Investigation",
            "uco-core:name": case.name,
            "uco-core:objectCreatedTime": time(case.opened_at_ms),
            "uco-core:object": self.objects,
            "athar:event": case.event,
        });
        self.nodes.push(node);
    }
}

fn integer(number: u64) -> Value {
    json!({ "@type": "xsd:integer", "@value": number.to_string() })
}

/// One without a zone where that is unknown.
fn told_time(told: &ToldTime) -> Value {
    let mut value = time(told.at_ms);
    if let (false, Some(text)) = (told.is_utc(), value["@value"].as_str()) {
        value["@value"] = json!(text.trim_end_matches('Z'));
    }
    value
}

/// A time as XML Schema writes it; one that no calendar has is left as it is.
fn time(at_ms: i64) -> Value {
    let text =
        Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |at| at.to_string());
    json!({ "@type": "xsd:dateTime", "@value": text })
}
