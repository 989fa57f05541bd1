/** The limits and windows that the other end has told. */

/** What the peer told in its hello, as far as sending to it goes. */
export interface PeerSettings {
  readonly maxMessageBytes: number;
  readonly maxMetadataBytes: number;
  readonly maxCalls: number;
  readonly maxStreams: number;
  readonly maxMethods: number;
  readonly fragmentBytes: number;
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
}
