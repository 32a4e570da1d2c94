import { runTarget } from '../kit/target.ts'
import { createCodAdmin } from './create-cod-admin.ts'

/** `node test/targets/cod-admin/main.ts [--port 7105] [--host 0.0.0.0] [--break COD-14,COD-21] [--revision abc]` */
await runTarget(createCodAdmin, 7105)
