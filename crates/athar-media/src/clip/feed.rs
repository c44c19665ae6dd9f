//! The packets of one stream into its decoder, and what comes out, as far as it is whole.

use super::{ClipLimits, Streams, refusal};
use crate::ffmpeg::{Decoder, Failure, Frame, Packet, Reading, Received, Stream};
use crate::{MediaError, Resource, within};

/// Damaged pieces in a row after which nothing more is expected.
const MAX_DAMAGED_RUN: u32 = 256;

/// One stream on its way through its decoder.
pub(super) struct Feed<'l> {
    stream: usize,
    limits: &'l ClipLimits,
    packets: u64,
    pub decoder: Decoder,
    /// The last packet that was read.
    pub packet: Packet,
    /// The last frame that was received.
    pub frame: Frame,
    /// Pieces that made no sense to the container or the decoder.
    pub damaged: u64,
}

impl<'l> Feed<'l> {
    /// A feed of the stream, from where the container stands.
    pub fn new(
        streams: &mut Streams,
        stream: &Stream,
        limits: &'l ClipLimits,
    ) -> Result<Self, MediaError> {
        let refused = |failure| refusal((failure, None), streams.format, limits);
        streams.input.select(stream.index);
        Ok(Self {
            stream: stream.index,
            limits,
            packets: 0,
            decoder: Decoder::open(&streams.input, stream, limits.pixels).map_err(refused)?,
            packet: Packet::new().ok_or(Failure::NoMemory).map_err(refused)?,
            frame: Frame::new().ok_or(Failure::NoMemory).map_err(refused)?,
            damaged: 0,
        })
    }

    /// Reads on to the next packet of the stream. False at the end.
    pub fn read(&mut self, streams: &mut Streams) -> Result<bool, MediaError> {
        let mut run = 0;
        loop {
            if streams.input.is_stopped() {
                streams.check()?;
            }
            match streams.input.read(&mut self.packet) {
                Reading::End => return Ok(false),
                Reading::Damaged if run == MAX_DAMAGED_RUN => return Ok(false),
                Reading::Damaged => (run, self.damaged) = (run + 1, self.damaged + 1),
                Reading::Packet if self.packet.stream() == self.stream => {
                    self.packets += 1;
                    within(Resource::Frames, self.packets, self.limits.frames)?;
                    return Ok(true);
                }
                Reading::Packet => (),
            }
        }
    }

    /// Hands the packet to the decoder.
    pub fn send(&mut self) {
        self.damaged += u64::from(!self.decoder.send(&self.packet));
    }

    /// Takes the next frame from the decoder. False where it needs packets, or has ended.
    pub fn receive(&mut self) -> bool {
        for _ in 0..MAX_DAMAGED_RUN {
            match self.decoder.receive(&mut self.frame) {
                Received::Frame => return true,
                Received::Nothing | Received::End => return false,
                Received::Damaged => self.damaged += 1,
            }
        }
        false
    }
}
