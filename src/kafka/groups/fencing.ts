/** Two that call themselves by one `group.instance.id`: only the last one that came counts (GroupMetadata.isStaticMemberFenced). */
import type { Env } from '../../kernel/program.ts';
import { say } from '../broker/state.ts';
import { staticMemberId, type Group } from './state.ts';

export function fencesStaticMember(env: Env, group: Group, memberId: string, groupInstanceId: string | null): boolean {
  const known = staticMemberId(group, groupInstanceId);
  if (known === undefined || known === memberId) return false;
  say(env, 'ERROR', `given member.id ${memberId} is identified as a known static member ${groupInstanceId},but not matching the expected member.id ${known}`, 'kafka.coordinator.group.GroupMetadata');
  return true;
}
