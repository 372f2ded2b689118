/** `kafka-broker-api-versions.sh` (`kafka.admin.BrokerApiVersionsCommand` 2.3.0, which uses the admin client of older releases). */
import { apiVersions } from '../../kafka/protocol/index.ts';
import type { ApiVersionRange, MetadataBroker } from '../../kafka/protocol/index.ts';
import { nodeText } from '../../kafka/clients/metadata.ts';
import { call, ClientNotMade, liveBrokers, openClient, printed } from './asking.ts';
import { JavaException, throwableText } from './java.ts';
import { checkRequired, parseOptions, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const options: readonly OptionSpec[] = [
  { name: 'command-config', description: 'Properties of the admin client.', argument: { type: 'String', describedAs: 'command config property file' } },
  { name: 'bootstrap-server', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'server(s) to use for bootstrapping' } },
];

const frame = (method: string, line: number): string => `kafka.admin.BrokerApiVersionsCommand${method}(BrokerApiVersionsCommand.scala:${line})`;
const MAIN = [frame('$.main', 35), 'kafka.admin.BrokerApiVersionsCommand.main(BrokerApiVersionsCommand.scala)'];
/** What the older client does not let be set: it tries again every 50 ms. */
const OLD_CLIENT = { 'client.id': 'admin-1', 'request.timeout.ms': '5000', 'reconnect.backoff.ms': '50', 'reconnect.backoff.max.ms': '50' };
const REQUEST_TIMEOUT_MS = 5_000;

interface Plan {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [frame('$BrokerVersionCommandOptions.<init>', 73), frame('$.execute', 39), ...MAIN]);
  helpOrVersion(args, given, 'This tool helps to retrieve broker version information.');
  checkRequired(given, 'bootstrap-server');
  return { bootstrapServers: valueOf(given, 'bootstrap-server')!, properties: { ...propertiesFile(given, 'command-config', read), ...OLD_CLIENT } };
}

/** Brokers one after the other; the real order is chance. */
function* script({ bootstrapServers, properties }: Plan): Script<number> {
  try {
    yield* openClient({ bootstrapServers, properties }, '[LegacyAdminClient clientId=admin-1] ');
    return yield* showVersions(bootstrapServers);
  } catch (error) {
    // This client is older than the wrapping of what its making throws.
    throw error instanceof ClientNotMade ? error.causedBy! : error;
  }
}

function* showVersions(bootstrapServers: string): Script<number> {
  for (const broker of yield* brokersFrom(bootstrapServers.split(','))) {
    const { host, port, nodeId, rack } = broker;
    yield* printed('stdout', `${nodeText({ id: nodeId, host, port, rack })} -> ${yield* versionsOf(broker)}\n`);
  }
  return 0;
}

/** Each of the servers given is asked until one answers. */
function* brokersFrom(servers: readonly string[]): Script<readonly MetadataBroker[]> {
  for (const index of servers.keys()) {
    try {
      return yield* liveBrokers({ node: -1 - index, timeoutMs: REQUEST_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof JavaException) || error.className.endsWith('.KafkaException')) throw error;
    }
  }
  const nodes = servers.map((server, index) => `${server.trim()} (id: ${-1 - index} rack: null)`).join(', ');
  throw new JavaException('java.lang.RuntimeException', `Request METADATA failed on brokers List(${nodes})`, [
    'kafka.admin.AdminClient.sendAnyNode(AdminClient.scala:109)',
    'kafka.admin.AdminClient.findAllBrokers(AdminClient.scala:170)',
    'kafka.admin.AdminClient.awaitBrokers(AdminClient.scala:162)',
    frame('$.execute', 41),
    ...MAIN,
  ]);
}

function* versionsOf({ nodeId }: MetadataBroker): Script<string> {
  try {
    const { apiKeys } = yield* call('ApiVersions', {}, { node: nodeId, timeoutMs: REQUEST_TIMEOUT_MS });
    return `(\n\t${apiKeys.map(versionText).join(',\n\t')}\n)`;
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    return `ERROR: ${throwableText(error)}`;
  }
}

/** The tool is of the brokers' release, so that the newest version of both is usable. */
function versionText({ apiKey, minVersion, maxVersion }: ApiVersionRange): string {
  const versions = minVersion === maxVersion ? String(minVersion) : `${minVersion} to ${maxVersion}`;
  return `${apiVersions[apiKey]![0]}(${apiKey}): ${versions} [usable: ${maxVersion}]`;
}

export const kafkaBrokerApiVersions: Tool<Plan> = {
  name: 'kafka-broker-api-versions.sh',
  mainClass: 'kafka.admin.BrokerApiVersionsCommand',
  options,
  program: 'kafka-broker-api-versions',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
