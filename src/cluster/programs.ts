/** Every program that a process of a deployment can run. */
import { adminProgram } from '../kafka/clients/admin.ts';
import { consumerProgram } from '../kafka/clients/consumer.ts';
import { producerProgram } from '../kafka/clients/producer.ts';
import { reassignerProgram } from '../kafka/clients/reassigner.ts';
import { brokerProgram } from '../kafka/broker/broker.ts';
import { createKernel, program, type Kernel, type Programs } from '../kernel/world.ts';
import { zkClientProgram } from '../zookeeper/client-program.ts';
import { serverProgram } from '../zookeeper/server.ts';

export const programs: Programs = {
  'zookeeper-server': program(serverProgram),
  'zk-client': program(zkClientProgram),
  'kafka-broker': program(brokerProgram),
  'kafka-producer': program(producerProgram),
  'kafka-consumer': program(consumerProgram),
  'kafka-admin': program(adminProgram),
  'kafka-reassigner': program(reassignerProgram),
};

export const kernel: Kernel = createKernel(programs);
