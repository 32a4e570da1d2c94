import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { defineConfig } from '../../runner/config/configuration.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { alarmRules } from '../../runner/engine/alarm-rules.ts'
import { http } from '../../runner/probes/http.ts'

test('what a check depends on is a check or a journey of its own system, or a system, by name', () => {
  const probe = http('/')
  const url = 'http://127.0.0.1:9'
  const dependsOn = ['db', 'checkout/pays', 'pay', 'pay/api']
  const shop = defineSystem('shop', { url, checks: [check('db', { probe }), check('home', { probe, dependsOn })] })
  const pay = defineSystem('pay', { url, checks: [check('api', { probe })] })
  const configuration = defineConfig({ systems: [shop, pay] })
  const find = () => ({ system: shop, check: shop.checks[1]! })
  const rules = alarmRules('test', { configuration, find, isListed: () => true }, () => [])
  // Journeys are not listed yet, so that `pay` may be one as well.
  expect(rules.rule('shop/home')?.dependsOn).toEqual([
    'shop/db',
    'shop/checkout/pays',
    'pay',
    'shop/pay',
    'pay/api',
    'shop/pay/api',
  ])
})
