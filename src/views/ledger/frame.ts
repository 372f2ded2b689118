/** What the ledger view draws: an account a producer, one of each of its partitions below it, and the records that went astray. */
import type { Micros } from '../../kernel/program.ts';

export interface LedgerCounts {
  readonly acked: number;
  /** null: nobody runs who could be asked. */
  readonly stored: number | null;
  readonly lost: number;
  readonly duplicates: number;
  readonly phantoms: number;
  readonly reordered: number;
}

export interface ProducerAccountFrame extends LedgerCounts {
  readonly producer: string;
  readonly sent: number;
  readonly failed: number;
  readonly waiting: number;
  readonly partitions: readonly (LedgerCounts & { readonly partition: string })[];
}

export interface AstrayFrame {
  readonly kind: 'lost' | 'duplicate' | 'phantom' | 'reordered';
  readonly producer: string;
  readonly partition: string;
  readonly offset: number;
  readonly value: string;
  /** When it was acknowledged. */
  readonly at?: Micros;
}

export interface LedgerAuditFrame {
  readonly producers: readonly ProducerAccountFrame[];
  readonly odd: readonly AstrayFrame[];
}
