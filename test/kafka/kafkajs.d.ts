/** kafkajs has no types for its insides, which tests use as a second opinion. */
declare module 'kafkajs/src/*';
