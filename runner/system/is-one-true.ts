/** True with the first that is, so that nobody waits for the slow and the dead; false once none was. */
export const isOneTrue = (answers: readonly Promise<boolean>[]): Promise<boolean> =>
  Promise.any(
    answers.map(async answer => {
      if (!(await answer)) throw new Error('no')
      return true
    }),
  ).catch(() => false)
