import { storeConformance } from '../conformance/store.ts'
import { openSqlite } from './open-sqlite.ts'

storeConformance('in sqlite', () => openSqlite())
