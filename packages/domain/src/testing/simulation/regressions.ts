/** Seeds that have shown that something was wrong, and what that was. */
export const regressions: readonly { readonly seed: number; readonly why: string }[] = []
