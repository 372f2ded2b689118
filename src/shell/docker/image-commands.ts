/** `docker pull`, `docker images`, `docker rmi`. */
import { humanDuration } from '../clock.ts';
import { done, failed, freeName, lines } from '../command.ts';
import { columns } from './columns.ts';
import { pull } from './images.ts';
import { findImage, shortId, writeState } from './state.ts';
import type { Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments } from './words.ts';

const pullCommand: Subcommand = ({ args, context, state }) => {
  const [reference, ...more] = args.filter((arg) => arg !== '-q' && arg !== '--quiet');
  if (reference === undefined || more.length > 0) return needsArguments('pull', 'exactly 1 argument', '[OPTIONS] NAME[:TAG|@DIGEST]', 'Pull an image or a repository from a registry');
  const known = findImage(state, reference);
  const pulled = pull(reference, context, known !== undefined);
  if ('problem' in pulled) return failed(pulled.problem);
  const steps = known === undefined ? [...pulled.steps, { afterMs: 0, actions: [writeState(context.files, { ...state, images: [...state.images, pulled.image] })] }] : pulled.steps;
  return { type: 'child', process: { name: freeName(context.world, 'docker-pull'), program: 'playback', host: context.host, parent: context.shell, commandLine: `docker pull ${reference}`, config: { steps } } };
};

const images: Subcommand = ({ args, context, state }) => {
  const [wanted] = args.filter((arg) => !arg.startsWith('-'));
  const found = state.images.filter(({ repository, tag }) => wanted === undefined || wanted === repository || wanted === `${repository}:${tag}`);
  if (args.includes('-q')) return done(lines(found.map(({ id }) => shortId(id))));
  const rows = found.map(({ repository, tag, id, createdMs, sizeMb }) => [repository, tag, shortId(id), `${humanDuration((context.wallClockMs - createdMs) / 1_000)} ago`, `${sizeMb}MB`]);
  return done(columns([['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], ...rows]));
};

const rmi: Subcommand = ({ args, context, state }) => {
  const [reference] = args.filter((arg) => !arg.startsWith('-'));
  if (reference === undefined) return needsArguments('rmi', 'at least 1 argument', '[OPTIONS] IMAGE [IMAGE...]', 'Remove one or more images');
  const image = findImage(state, reference);
  if (image === undefined) return failed(`Error: No such image: ${reference}`);
  const user = state.containers.find((container) => container.image === `${image.repository}:${image.tag}`);
  if (user) return daemonSays(`conflict: unable to remove repository reference "${reference}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(image.id)}`);
  return done(lines([`Untagged: ${image.repository}:${image.tag}`, `Deleted: sha256:${image.id}`]), { actions: [writeState(context.files, { ...state, images: state.images.filter((one) => one !== image) })] });
};

export const imageCommands: Readonly<Record<string, Subcommand>> = { pull: pullCommand, images, rmi };
