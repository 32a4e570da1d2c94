import { expect, test } from 'vitest'
import { untranslated } from '../../scenarios/dental/portuguese.ts'

const found = (...texts: string[]) => untranslated({ lang: 'pt-BR', texts })

test('Portuguese text has nothing to say, foreign looking as some of it is', () => {
  expect(
    found(
      'Escolha uma opção e continue.',
      'Remova ou delete o usuário; o time do dia não tem fax nem site.',
      'Faça login em topsmile.com.br ou em https://www.topsmile.com.br/users/new',
      'users@centro.example.com',
      'Abra o arquivo app.js, versão 1.2.3. Salve.',
      'R$ 36.380,00 · 11,2% · Dra. Helena',
    ),
  ).toEqual([])
})

test('a page must say that it is Portuguese of Brazil', () => {
  expect(untranslated({ lang: 'en', texts: [] })).toEqual(["lang is 'en', expected 'pt-BR'"])
  expect(untranslated({ lang: 'pt', texts: [] })).toHaveLength(1)
  expect(untranslated({ lang: 'pt-br', texts: [] })).toEqual([])
})

test.each([
  'users.columns.role',
  'dashboard.title',
  'Painel: dashboard.empty_state',
  'Olá, {{ name }}!',
  "$t('booking.title')",
])('a key without a text is found: %s', text => {
  expect(found(text).filter(problem => problem.startsWith('the key'))).toHaveLength(1)
})

test.each(['Please choose one of the options', 'Loading…', 'Sign in', 'PASSWORD', 'Next'])(
  'English is found: %s',
  text => {
    expect(found(text).some(problem => problem.startsWith('the word'))).toBe(true)
  },
)

test('what is said twice is told once', () => {
  expect(found('Next', 'Next')).toHaveLength(1)
})
