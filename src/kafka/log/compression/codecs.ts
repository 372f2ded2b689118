/** The codecs of a batch (`CompressionType` 2.3.0) and how Kafka frames those that have no frame of their own. */

/** By the number that stands in a batch's attributes. */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type CodecName = (typeof codecNames)[number];

/** What producers and topics may use here: there is no synchronous zstd for a browser. */
export const modelledCodecs = ['none', 'gzip', 'snappy', 'lz4'] as const satisfies readonly CodecName[];

export type ModelledCodec = (typeof modelledCodecs)[number];

/** What `SnappyOutputStream` of snappy-java begins with: its name, a version and the oldest one that reads it. */
export const SNAPPY_HEADER: readonly number[] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1];
