/** What stands in `$((…))`: bash's arithmetic of 64 bits, without assignments (bash, "Shell Arithmetic"). */

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

const TOKEN = /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\|\||&&|<<|>>|[=!<>]=|[-+*/%()<>!~&|^?:])|\s*(\S)/y;

class ArithmeticProblem extends Error {}

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly variable: (name: string) => string,
  ) {
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      if (match[2] !== undefined) throw this.problem('syntax error: operand expected', text.slice(TOKEN.lastIndex - match[2].length));
      this.tokens.push(match[1]!);
    }
  }

  whole(): bigint {
    if (this.tokens.length === 0) return 0n;
    const value = this.choice();
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

  private choice(): bigint {
    if (++this.depth > DEEPEST) throw this.problem('expression recursion level exceeded', this.tokens.slice(this.at).join(' '));
    const condition = this.binary(0);
    let value = condition;
    if (this.takes('?')) {
      const yes = this.choice();
      if (!this.takes(':')) throw this.problem("`:' expected for conditional expression", this.tokens[this.at] ?? '');
      const no = this.choice();
      value = condition !== 0n ? yes : no;
    }
    this.depth--;
    return value;
  }

  private binary(level: number): bigint {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let token = this.tokens[this.at]; token !== undefined && Object.hasOwn(operators, token); token = this.tokens[this.at]) {
      this.at++;
      const right = this.binary(level + 1);
      if (right === 0n && (token === '/' || token === '%')) throw this.problem('division by 0', this.tokens[this.at - 1]!);
      left = BigInt.asIntN(64, operators[token]!(left, right));
    }
    return left;
  }

  private unary(): bigint {
    let negations = '';
    while (/^[-+!~]$/.test(this.tokens[this.at] ?? '')) negations = this.tokens[this.at++]! + negations;
    let value = this.operand();
    for (const sign of negations) value = sign === '-' ? -value : sign === '!' ? BigInt(value === 0n) : sign === '~' ? ~value : value;
    return BigInt.asIntN(64, value);
  }

  private operand(): bigint {
    const token = this.tokens[this.at];
    if (token === '(') {
      this.at++;
      const value = this.choice();
      if (!this.takes(')')) throw this.problem("missing `)'", this.tokens[this.at - 1] ?? '');
      return value;
    }
    if (token === undefined || !/^\w/.test(token)) throw this.problem('syntax error: operand expected', token ?? this.tokens.at(-1) ?? '');
    this.at++;
    return this.number(/^\d/.test(token) ? token : this.variable(token).trim() || '0');
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
export function calculated(expression: string, variable: (name: string) => string): { readonly value: string } | { readonly problem: string } {
  try {
    return { value: String(new Reader(expression, variable).whole()) };
  } catch (problem) {
    if (problem instanceof ArithmeticProblem) return { problem: problem.message };
    throw problem;
  }
}
