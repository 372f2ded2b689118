/**
 * The controller of a broker as a component (kafka.controller.KafkaController): its face towards the broker program.
 */
export type * from './events.ts';
