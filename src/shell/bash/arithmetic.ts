/** What stands in `$((…))` and `((…))`: bash's arithmetic of 64 bits (bash, "Shell Arithmetic"). Numbers of another base (`2#101`) are not modelled. */

/** Deeper in parentheses than this nothing is computed. */
const DEEPEST = 64;

/** Weakest first; all of one row bind alike, to the left. */
const LEVELS: readonly Readonly<Record<string, (a: bigint, b: bigint) => bigint>>[] = [
  { '||': (a, b) => BigInt(a !== 0n || b !== 0n) },
  { '&&': (a, b) => BigInt(a !== 0n && b !== 0n) },
  { '|': (a, b) => a | b },
  { '^': (a, b) => a ^ b },
  { '&': (a, b) => a & b },
  { '==': (a, b) => BigInt(a === b), '!=': (a, b) => BigInt(a !== b) },
  { '<=': (a, b) => BigInt(a <= b), '>=': (a, b) => BigInt(a >= b), '<': (a, b) => BigInt(a < b), '>': (a, b) => BigInt(a > b) },
  { '<<': (a, b) => a << (b & 63n), '>>': (a, b) => a >> (b & 63n) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b },
];

const apply = (operator: string, a: bigint, b: bigint): bigint => BigInt.asIntN(64, LEVELS.find((level) => Object.hasOwn(level, operator))![operator]!(a, b));
const ASSIGNS: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);
const IDENTIFIER = /^[A-Za-z_]/;
/** Of a power; above it lies what 64 bits cannot hold, and what takes long to find out. */
const LARGEST_EXPONENT = 4_096n;

const TOKEN = /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|<<=|>>=|\|\||&&|<<|>>|\*\*|[=!<>]=|[-+*/%&|^]=|[-+*/%()<>!~&|^?:=,])|\s*(\S)/y;

class ArithmeticProblem extends Error {}

class Reader {
  private readonly tokens: string[] = [];
  /** Where each begins. */
  private readonly starts: number[] = [];
  private at = 0;
  private depth = 0;
  /** Above 0: what is read is not carried out (`0 && a++`). */
  private skipped = 0;

  constructor(
    private readonly text: string,
    private readonly variable: (name: string) => string,
    private readonly assign: (name: string, value: string) => void,
  ) {
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      if (match[2] !== undefined) throw this.problem('syntax error: operand expected', text.slice(TOKEN.lastIndex - match[2].length));
      this.tokens.push(match[1]!);
      this.starts.push(TOKEN.lastIndex - match[1]!.length);
    }
  }

  whole(): bigint {
    if (this.tokens.length === 0) return 0n;
    const value = this.list();
    if (this.at < this.tokens.length) throw this.problem('syntax error in expression', this.tokens.slice(this.at).join(' '));
    return value;
  }

  private problem(what: string, token: string): ArithmeticProblem {
    return new ArithmeticProblem(`${this.text.trim().slice(0, 200)}: ${what} (error token is "${token.slice(0, 200)}")`);
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  /** Several, of which the last counts. */
  private list(): bigint {
    let value = this.assignment();
    while (this.takes(',')) value = this.assignment();
    return value;
  }

  private assignment(): bigint {
    const [name = '', operator = ''] = this.tokens.slice(this.at, this.at + 2);
    if (!IDENTIFIER.test(name) || !ASSIGNS.has(operator)) return this.choice();
    if (++this.depth > DEEPEST) throw this.problem('expression recursion level exceeded', this.tokens.slice(this.at).join(' '));
    this.at += 2;
    const given = this.assignment();
    this.depth--;
    if (operator === '=') return this.set(name, given);
    if (given === 0n && this.skipped === 0 && (operator === '/=' || operator === '%=')) throw this.problem('division by 0', this.tokens[this.at - 1]!);
    return this.set(name, given === 0n && /[/%]/.test(operator) ? 0n : apply(operator.slice(0, -1), this.number(this.variable(name).trim() || '0'), given));
  }

  private set(name: string, value: bigint): bigint {
    if (this.skipped === 0) this.assign(name, String(value));
    return value;
  }

  /** Whether `++` or `--` stands here, its two signs without a blank. */
  private isStep(): boolean {
    const sign = this.tokens[this.at];
    return (sign === '+' || sign === '-') && this.tokens[this.at + 1] === sign && this.starts[this.at + 1] === this.starts[this.at]! + 1;
  }

  /** Reads what is carried out only if it is wanted. */
  private wanted(isWanted: boolean, read: () => bigint): bigint {
    if (!isWanted) this.skipped++;
    const value = read();
    if (!isWanted) this.skipped--;
    return value;
  }

  private choice(): bigint {
    if (++this.depth > DEEPEST) throw this.problem('expression recursion level exceeded', this.tokens.slice(this.at).join(' '));
    const condition = this.binary(0);
    let value = condition;
    if (this.takes('?')) {
      const yes = this.wanted(condition !== 0n, () => this.assignment());
      if (!this.takes(':')) throw this.problem("`:' expected for conditional expression", this.tokens[this.at] ?? '');
      const no = this.wanted(condition === 0n, () => this.choice());
      value = condition !== 0n ? yes : no;
    }
    this.depth--;
    return value;
  }

  private binary(level: number): bigint {
    const operators = LEVELS[level];
    if (!operators) return this.power();
    let left = this.binary(level + 1);
    for (let token = this.tokens[this.at]; token !== undefined && Object.hasOwn(operators, token); token = this.tokens[this.at]) {
      this.at++;
      const decided = left;
      const right = this.wanted(!((token === '&&' && decided === 0n) || (token === '||' && decided !== 0n)), () => this.binary(level + 1));
      if (right === 0n && (token === '/' || token === '%')) {
        if (this.skipped === 0) throw this.problem('division by 0', this.tokens[this.at - 1]!);
        left = 0n;
        continue;
      }
      left = BigInt.asIntN(64, operators[token]!(left, right));
    }
    return left;
  }

  private power(): bigint {
    const base = this.unary();
    if (!this.takes('**')) return base;
    if (++this.depth > DEEPEST) throw this.problem('expression recursion level exceeded', this.tokens.slice(this.at).join(' '));
    const exponent = this.power();
    this.depth--;
    if (exponent < 0n) throw this.problem('exponent less than 0', this.tokens[this.at - 1]!);
    return BigInt.asIntN(64, base ** (exponent > LARGEST_EXPONENT ? LARGEST_EXPONENT : exponent));
  }

  private unary(): bigint {
    if (this.isStep() && IDENTIFIER.test(this.tokens[this.at + 2] ?? '')) {
      const sign = this.tokens[this.at]!;
      const name = this.tokens[this.at + 2]!;
      this.at += 3;
      return this.set(name, apply(sign, this.number(this.variable(name).trim() || '0'), 1n));
    }
    let negations = '';
    while (/^[-+!~]$/.test(this.tokens[this.at] ?? '') && !(negations !== '' && this.isStep() && IDENTIFIER.test(this.tokens[this.at + 2] ?? ''))) negations = this.tokens[this.at++]! + negations;
    let value = negations !== '' && this.isStep() ? this.unary() : this.operand();
    for (const sign of negations) value = sign === '-' ? -value : sign === '!' ? BigInt(value === 0n) : sign === '~' ? ~value : value;
    return BigInt.asIntN(64, value);
  }

  private operand(): bigint {
    const token = this.tokens[this.at];
    if (token === '(') {
      this.at++;
      if (++this.depth > DEEPEST) throw this.problem('expression recursion level exceeded', this.tokens.slice(this.at).join(' '));
      const value = this.list();
      this.depth--;
      if (!this.takes(')')) throw this.problem("missing `)'", this.tokens[this.at - 1] ?? '');
      return value;
    }
    if (token === undefined || !/^\w/.test(token)) throw this.problem('syntax error: operand expected', token ?? this.tokens.at(-1) ?? '');
    this.at++;
    if (/^\d/.test(token)) return this.number(token);
    const value = this.number(this.variable(token).trim() || '0');
    if (this.isStep()) {
      this.set(token, apply(this.tokens[this.at]!, value, 1n));
      this.at += 2;
    }
    return value;
  }

  private number(text: string): bigint {
    const [, sign, digits] = /^([-+]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text) ?? [];
    // A variable that holds a word counts as zero.
    if (digits === undefined) return 0n;
    if (/^0\d/.test(digits) && /[89]/.test(digits)) throw this.problem('value too great for base', digits);
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return BigInt.asIntN(64, sign === '-' ? -value : value);
  }
}

/** The value, or the words of bash about why there is none. */
export function calculated(expression: string, variable: (name: string) => string, assign: (name: string, value: string) => void = () => undefined): { readonly value: string } | { readonly problem: string } {
  try {
    return { value: String(new Reader(expression, variable, assign).whole()) };
  } catch (problem) {
    if (problem instanceof ArithmeticProblem) return { problem: problem.message };
    throw problem;
  }
}
