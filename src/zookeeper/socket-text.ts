/** Socket addresses as Java 8 and 11 print them (`InetSocketAddress.toString`). */
import type { Env } from '../kernel/program.ts';

/** `localhost/127.0.0.1:9092` of a name, `/10.0.0.1:9092` of a dotted address; of a name that has no address there is only the name. */
export function socketText(host: string, address: string | undefined, port: number): string {
  return address === undefined ? `${host}:${port}` : `${address === host ? '' : host}/${address}:${port}`;
}

/** As it is seen from the process's own host. */
export function socketTextHere(env: Env, host: string, port: number): string {
  return socketText(host, env.lookUp(host)?.address, port);
}
